"""What references may name at submit, and what is stored of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from tests.support.generations import a_generation, a_stored_image
from tests.support.references import PlainVault, an_upload, resolve_references_over
from tests.support.requests import an_image_request
from tests.support.submitting import MemorySubmissions, submit_generation_over

from easel.domain.generation import Generation
from easel.domain.identities import TelegramIdentity, names_of
from easel.domain.image import Status
from easel.domain.permalinks import encode_permalink
from easel.domain.reference import MASK, ImageSource, Reference, Source, TelegramSource, UploadSource, UrlSource
from easel.domain.request import Channel, ImageRequest
from easel.domain.upload import Upload, UploadRejection, UploadState
from easel.errors import IdempotencyKeyReused, InvalidRequest, ReferenceNotReady, UnknownReference
from easel.ids import new_id
from easel.services.accounts.impersonation import telegram_user
from easel.services.accounts.principal import Principal
from easel.services.generations.submit_generation import Submitted

NOW: Final = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
WORKSPACE: Final = "019a9f1c-0000-7000-8000-00000000000a"
ANOTHER: Final = "019a9f1c-0000-7000-8000-00000000000f"
UPLOAD: Final = "019a9f1c-0000-7000-8000-0000000000b1"
CALLER: Final = Principal(
    workspace_id=WORKSPACE,
    user_id="019a9f1c-0000-7000-8000-00000000000b",
    roles=frozenset({"owner"}),
    scopes=frozenset({"generations:write"}),
    channel=Channel.API,
    key_id="key-1",
    identities=names_of("019a9f1c-0000-7000-8000-00000000000b"),
)
SECRET: Final = "s3cr3t"
SIGNED: Final = f"https://b.example/1.png?sig={SECRET}"


@dataclass
class Desk:
    """The submit with what references may name."""

    ports: MemorySubmissions = field(default_factory=MemorySubmissions)
    now: datetime = NOW

    def __post_init__(self) -> None:
        self._submit = submit_generation_over(self.ports, lambda: self.now)

    def put_upload(self, **changes: Any) -> Upload:
        return self.ports.uploads.put(an_upload(UPLOAD, changes.pop("workspace_id", WORKSPACE), **changes))

    def put_generation(self, **changes: Any) -> Generation:
        """A generation of one picture, made."""
        generation = a_generation(**{"workspace_id": WORKSPACE} | changes)
        made = replace(generation.images[0], status=Status.COMPLETED, stage=None, stored=a_stored_image())
        generation = replace(generation, images=(made, *generation.images[1:]))
        self.ports.generations[generation.workspace_id, generation.id] = generation
        return generation

    def submit(self, *sources: Source, caller: Principal = CALLER, key: str | None = None) -> Submitted:
        references = tuple(map(Reference, sources))
        request = an_image_request(references=references, input_params=body_of(references))
        return self._submit(caller, request, request_id="req-1", idempotency_key=key)

    def submit_references(self, references: tuple[Reference, ...]) -> Submitted:
        """A submit whose body has the mask in a field of its own, as some doors do."""
        request = a_masked_request(references)
        return self._submit(CALLER, request, request_id="req-1", idempotency_key=None)

    def refused_mask(self, first: Source, mask: Source) -> str:
        """The message of a refusal, by the submit and by the check of a quote alike; nothing is written."""
        references = (Reference(first), Reference(mask, MASK))
        with pytest.raises(InvalidRequest) as refusal:
            self.submit_references(references)
        check = resolve_references_over(self.ports, lambda: self.now, uploads=self.ports.uploads).check
        with pytest.raises(InvalidRequest) as quoted:
            check(CALLER, a_masked_request(references))
        (fault,) = refusal.value.fields
        assert (fault.field, list(quoted.value.fields)) == (MASK, [fault])
        assert (self.ports.unit_of_work.committed, self.ports.queued) == ([], [])
        return fault.message

    def stored(self, *sources: Source, caller: Principal = CALLER) -> list[Source]:
        """What a submit has stored."""
        return [reference.source for reference in self.submit(*sources, caller=caller).generation.references]

    def refused(self, source: Source, error: type[InvalidRequest], caller: Principal = CALLER) -> str:
        """The message of a refusal, which names the field; nothing is written."""
        before = len(self.ports.unit_of_work.committed)
        with pytest.raises(error) as refusal:
            self.submit(UrlSource("https://a.example/1.png"), source, caller=caller)
        (fault,) = refusal.value.fields
        assert fault.field == f"references[1].{Reference(source).field}"
        assert (len(self.ports.unit_of_work.committed), self.ports.queued) == (before, [])
        return fault.message


def a_masked_request(references: tuple[Reference, ...]) -> ImageRequest:
    fields = tuple(MASK if one.is_mask else f"images[{index}]" for index, one in enumerate(references))
    return an_image_request(model="sandbox", references=references, reference_fields=fields)


def body_of(references: tuple[Reference, ...]) -> dict[str, Any]:
    return {"references": [{reference.field: reference.name} for reference in references]}


@pytest.fixture
def desk() -> Desk:
    return Desk()


# --- uploads --------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("X-26")
def test_an_upload_is_used_and_does_not_expire_any_more(desk: Desk) -> None:
    desk.put_upload()

    assert desk.stored(UploadSource(UPLOAD.upper()), UploadSource(UPLOAD)) == [UploadSource(UPLOAD)] * 2

    kept = desk.ports.uploads.get(WORKSPACE, UPLOAD)
    assert kept is not None
    assert (kept.expires_at, bool(kept.attached_to)) == (None, True)
    assert desk.ports.unit_of_work.committed[0].count("attach upload") == 1


def test_every_generation_that_uses_an_upload_is_counted_once(desk: Desk) -> None:
    desk.put_upload()
    desk.submit(UploadSource(UPLOAD), UploadSource(UPLOAD))
    desk.submit(UploadSource(UPLOAD))

    used = desk.ports.uploads.get(WORKSPACE, UPLOAD)
    assert used is not None
    assert used.generation_uses == 2


@pytest.mark.parametrize("upload_id", [UPLOAD, "no-id", "", "x#y", UPLOAD * 2, "../" + UPLOAD])
def test_an_upload_that_the_workspace_does_not_have_is_unknown(desk: Desk, upload_id: str) -> None:
    desk.put_upload(workspace_id=ANOTHER)

    assert "no upload of this workspace" in desk.refused(UploadSource(upload_id), UnknownReference)


def test_an_upload_that_has_expired_is_unknown(desk: Desk) -> None:
    desk.put_upload(expires_at=NOW)

    desk.refused(UploadSource(UPLOAD), UnknownReference)


@pytest.mark.parametrize("state", [UploadState.AWAITING, UploadState.PROCESSING])
def test_an_upload_that_is_not_checked_yet_is_not_ready(desk: Desk, state: UploadState) -> None:
    desk.put_upload(state=state)

    assert "not ready" in desk.refused(UploadSource(UPLOAD), ReferenceNotReady)


def test_an_upload_that_was_rejected_says_why(desk: Desk) -> None:
    desk.put_upload(state=UploadState.REJECTED, rejection=UploadRejection("damaged", "The picture is cut off."))

    assert "The picture is cut off." in desk.refused(UploadSource(UPLOAD), InvalidRequest)


# --- pictures that were made here -----------------------------------------------------------------------------------


@pytest.mark.requirement("X-26")
def test_a_picture_that_was_made_here_is_used_by_its_id_or_its_permalink(desk: Desk) -> None:
    generation = desk.put_generation()
    image = ImageSource(generation.images[0].id)
    permalink = encode_permalink(WORKSPACE, image.image_id, generation.permalink_secret)

    for address in (
        f"https://easel.example/i/{permalink}",
        f"HTTPS://EASEL.example:443/i/{permalink}?size=2#x",
    ):
        assert desk.stored(UrlSource(address)) == [image]
    assert desk.stored(ImageSource(image.image_id)) == [image]


def test_a_picture_of_another_workspace_is_unknown_by_id_and_by_permalink(desk: Desk) -> None:
    generation = desk.put_generation(workspace_id=ANOTHER)
    image_id = generation.images[0].id
    token = encode_permalink(ANOTHER, image_id, generation.permalink_secret)

    desk.refused(ImageSource(image_id), UnknownReference)
    desk.refused(UrlSource(f"https://easel.example/i/{token}"), UnknownReference)


def test_a_permalink_with_a_guessed_secret_is_unknown(desk: Desk) -> None:
    generation = desk.put_generation()
    token = encode_permalink(WORKSPACE, generation.images[0].id, "00" * 10)

    message = desk.refused(UrlSource(f"https://easel.example/i/{token}"), UnknownReference)

    assert token not in message


@pytest.mark.parametrize("token", ["", "abc", "cut", "no-token.png", "%00"])
def test_an_address_of_our_own_that_is_no_whole_permalink_is_unknown(desk: Desk, token: str) -> None:
    generation = desk.put_generation()
    whole = encode_permalink(WORKSPACE, generation.images[0].id, generation.permalink_secret)
    address = f"https://easel.example/i/{whole[:-5] if token == 'cut' else token}"

    assert "no image of this workspace" in desk.refused(UrlSource(address), UnknownReference)


def test_a_permalink_of_another_deployment_is_an_address_like_any_other(desk: Desk) -> None:
    generation = desk.put_generation()
    token = encode_permalink(WORKSPACE, generation.images[0].id, generation.permalink_secret)
    address = UrlSource(f"https://easel.other.example/i/{token}")

    assert desk.stored(address) == [address]


def test_a_picture_that_is_still_being_made_is_not_ready(desk: Desk) -> None:
    generation = desk.put_generation(count=2)

    assert "being made" in desk.refused(ImageSource(generation.images[1].id), ReferenceNotReady)


def test_a_picture_that_was_never_made_cannot_be_used(desk: Desk) -> None:
    generation = desk.put_generation()
    failed = replace(generation.images[0], status=Status.FAILED, stored=None)
    desk.ports.generations[WORKSPACE, generation.id] = replace(generation, images=(failed,))

    assert "never made" in desk.refused(ImageSource(failed.id), InvalidRequest)


@pytest.mark.parametrize("image_id", ["", "x", UPLOAD, "019a9f1c-5c00-7abc-8def-0123456789af"])
def test_what_can_be_no_picture_is_unknown(desk: Desk, image_id: str) -> None:
    desk.refused(ImageSource(image_id), UnknownReference)


# --- Telegram -------------------------------------------------------------------------------------------------------


def test_a_telegram_file_is_for_the_workspace_of_the_bot_and_the_people_whom_it_brings(desk: Desk) -> None:
    desk.ports.bot_workspace = WORKSPACE
    person = telegram_user(TelegramIdentity(WORKSPACE, 7), "standard")

    for caller in (CALLER, person):
        assert desk.stored(TelegramSource("AgACAgI_x-1"), caller=caller) == [TelegramSource("AgACAgI_x-1")]


@pytest.mark.parametrize("bot", [None, ANOTHER])
def test_a_telegram_file_without_a_bot_of_ones_own_is_refused(desk: Desk, bot: str | None) -> None:
    desk.ports.bot_workspace = bot
    person = telegram_user(TelegramIdentity(WORKSPACE, 7), "standard")

    for caller in (CALLER, person):
        assert "Telegram bot" in desk.refused(TelegramSource("AgACAgI"), InvalidRequest, caller=caller)


@pytest.mark.parametrize("file_id", ["", "a b", "../x", "x?y=1", "a/b"])
def test_what_can_be_no_file_id_is_refused(desk: Desk, file_id: str) -> None:
    desk.ports.bot_workspace = WORKSPACE

    assert "file id" in desk.refused(TelegramSource(file_id), InvalidRequest)


# --- addresses that carry a secret ------------------------------------------------------------------------------------


def test_a_secret_in_an_address_is_stored_encrypted_and_nowhere_else(desk: Desk) -> None:
    submitted = desk.submit(UrlSource(SIGNED, "file-1"), UrlSource("https://a.example/2.png"))

    (sealed, plain) = (reference.source for reference in submitted.generation.references)
    assert isinstance(sealed, UrlSource)
    assert (sealed.url, sealed.telegram_file_id) == ("https://b.example/1.png?sig=***", "file-1")
    assert sealed.sealed is not None
    assert PlainVault().open(sealed.sealed, submitted.generation.id) == SIGNED
    assert plain == UrlSource("https://a.example/2.png")
    assert submitted.generation.input_params["references"][0] == {"url": "https://b.example/1.png?sig=***"}
    assert SECRET not in repr(submitted.generation)


def test_another_secret_is_another_request_under_an_idempotency_key(desk: Desk) -> None:
    first = desk.submit(UrlSource(SIGNED), key="key")

    assert desk.submit(UrlSource(SIGNED), key="key") == Submitted(first.generation, replayed=True)
    with pytest.raises(IdempotencyKeyReused):
        desk.submit(UrlSource(f"{SIGNED}x"), key="key")


# --- repetitions ------------------------------------------------------------------------------------------------------


def test_a_repetition_is_answered_as_the_first_call_was_even_when_its_reference_is_gone(desk: Desk) -> None:
    desk.put_upload()
    first = desk.submit(UploadSource(UPLOAD), key="key")
    desk.ports.uploads.uploads.clear()
    desk.now += timedelta(hours=1)

    assert desk.submit(UploadSource(UPLOAD), key="key") == Submitted(first.generation, replayed=True)
    with pytest.raises(UnknownReference):
        desk.submit(UploadSource(UPLOAD), key="another key")


# --- masks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"width": 10, "height": 20}, "mask must have the size of the first picture, 1x1, and has 10x20."),
        ({"media_type": "image/jpeg"}, "mask must be a PNG."),
    ],
    ids=["another size", "no PNG"],
)
def test_an_uploaded_mask_that_no_vendor_takes_is_refused(desk: Desk, changes: dict[str, Any], text: str) -> None:
    desk.put_upload()
    mask = desk.ports.uploads.put(an_upload(new_id(), WORKSPACE, **changes))

    assert desk.refused_mask(UploadSource(UPLOAD), UploadSource(mask.id)) == text


def test_a_mask_of_another_size_than_a_picture_that_was_made_here_is_refused(desk: Desk) -> None:
    generation = desk.put_generation()
    image = ImageSource(generation.images[0].id)
    permalink = encode_permalink(WORKSPACE, image.image_id, generation.permalink_secret)
    desk.put_upload(width=512, height=512)

    for first in (image, UrlSource(f"https://easel.example/i/{permalink}")):
        message = desk.refused_mask(first, UploadSource(UPLOAD))
        assert message == "mask must have the size of the first picture, 1024x768, and has 512x512."
    assert "512x512" in desk.refused_mask(UploadSource(UPLOAD), image)


def test_a_mask_is_compared_with_the_first_picture_where_its_size_is_known(desk: Desk) -> None:
    desk.put_upload()
    mask = desk.ports.uploads.put(an_upload(new_id(), WORKSPACE, width=10, height=20))
    sources = (UrlSource("https://a.example/1.png"), UploadSource(UPLOAD))
    references = (*(Reference(source) for source in sources), Reference(UploadSource(mask.id), MASK))

    assert desk.submit_references(references).generation.references == references
