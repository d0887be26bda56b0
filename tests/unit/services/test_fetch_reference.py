"""Where the bytes of a reference come from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import pytest
from tests.support.generations import a_generation, a_stored_image
from tests.support.references import MemoryUploads, PlainVault, an_upload, fetch_reference_over
from tests.support.submitting import MemorySubmissions

from easel.domain.generation import Generation
from easel.domain.image import Status
from easel.domain.provider import ReferenceImage
from easel.domain.reference import ImageSource, Reference, TelegramSource, UploadSource, UrlSource, at_url
from easel.errors import ReferenceUnavailable, SecretUnavailable

UPLOAD: Final = "019a9f1c-0000-7000-8000-0000000000b1"


@dataclass
class Sources:
    """Everything that a reference may be in."""

    fetched: list[str] = field(default_factory=list)
    objects: dict[str, bytes] = field(default_factory=dict)
    uploads: MemoryUploads = field(default_factory=MemoryUploads)
    submissions: MemorySubmissions = field(default_factory=MemorySubmissions)

    def fetch(self, named: str) -> ReferenceImage:
        self.fetched.append(named)
        return ReferenceImage(b"from elsewhere", "image/png", "reference.png")

    def get(self, key: str) -> bytes | None:
        return self.objects.get(key)

    def bytes_of(self, generation: Generation, reference: Reference) -> ReferenceImage:
        fetch = fetch_reference_over(self.submissions, web=self, store=self, uploads=self.uploads, telegram=self)
        return fetch(generation, reference)


@pytest.fixture
def sources() -> Sources:
    return Sources()


def test_a_picture_on_the_web_is_fetched_from_its_address(sources: Sources) -> None:
    assert sources.bytes_of(a_generation(), at_url("https://a.example/1.png")).data == b"from elsewhere"
    assert sources.fetched == ["https://a.example/1.png"]


def test_an_address_with_a_secret_is_decrypted_for_its_own_generation_only(sources: Sources) -> None:
    generation = a_generation()
    sealed = PlainVault().seal("https://a.example/1.png?sig=s3cr3t", generation.id)
    reference = Reference(UrlSource("https://a.example/1.png?sig=***", sealed=sealed))

    sources.bytes_of(generation, reference)
    with pytest.raises(SecretUnavailable):
        sources.bytes_of(replace(generation, id="019a9f1c-5c00-7abc-8def-0123456789b0"), reference)

    assert sources.fetched == ["https://a.example/1.png?sig=s3cr3t"]


def test_a_telegram_file_is_fetched_by_its_id(sources: Sources) -> None:
    sources.bytes_of(a_generation(), Reference(TelegramSource("file-1")))
    assert sources.fetched == ["file-1"]


@pytest.mark.requirement("X-26")
def test_an_upload_is_read_from_the_bucket(sources: Sources) -> None:
    generation = a_generation()
    upload = sources.uploads.put(an_upload(UPLOAD, generation.workspace_id, media_type="image/jpeg"))
    sources.objects = {str(upload.key): b"uploaded"}

    picture = sources.bytes_of(generation, Reference(UploadSource(UPLOAD)))

    assert picture == ReferenceImage(b"uploaded", "image/jpeg", "reference.jpeg")
    assert sources.fetched == []


@pytest.mark.requirement("X-26")
def test_a_picture_that_was_made_here_is_read_from_the_bucket(sources: Sources) -> None:
    earlier, later = a_generation(), a_generation(id="019a9f1c-5c00-7abc-8def-0123456789b0")
    stored = a_stored_image()
    image = replace(earlier.images[0], status=Status.COMPLETED, stage=None, stored=stored)
    sources.submissions.generations[earlier.workspace_id, earlier.id] = replace(earlier, images=(image,))
    sources.objects = {stored.original_key: b"made here"}

    picture = sources.bytes_of(later, Reference(ImageSource(image.id)))

    assert (picture.data, picture.media_type) == (b"made here", stored.media_type)
    assert sources.fetched == []


@pytest.mark.parametrize(
    "source", [UploadSource(UPLOAD), ImageSource("019a9f1c-5c00-7abc-8def-0123456789a1")], ids=["upload", "image"]
)
def test_what_was_deleted_since_the_submit_says_so(sources: Sources, source: UploadSource | ImageSource) -> None:
    with pytest.raises(ReferenceUnavailable, match="was deleted"):
        sources.bytes_of(a_generation(), Reference(source))


def test_of_an_upload_larger_than_vendors_take_the_smaller_copy_is_read(sources: Sources) -> None:
    generation = a_generation()
    upload = an_upload(UPLOAD, generation.workspace_id, reference_key="uploads/w/u/0-reference.jpg")
    sources.uploads.put(upload)
    sources.objects = {"uploads/w/u/0-reference.jpg": b"smaller"}

    picture = sources.bytes_of(generation, Reference(UploadSource(UPLOAD)))

    assert picture == ReferenceImage(b"smaller", "image/jpeg", "reference.jpeg")


def test_a_record_whose_object_is_gone_says_so(sources: Sources) -> None:
    generation = a_generation()
    sources.uploads.put(an_upload(UPLOAD, generation.workspace_id))

    with pytest.raises(ReferenceUnavailable, match="was deleted"):
        sources.bytes_of(generation, Reference(UploadSource(UPLOAD)))
