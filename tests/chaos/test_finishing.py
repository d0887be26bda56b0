"""Through the whole engine: what is stored of a marked picture, and what vendors get to see of reference pictures."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.engine import Engine, a_request
from tests.support.tables import create_core_table
from tests.unit.imaging.odd_jpeg import repeated_scan
from tests.unit.imaging.odd_png import bomb
from tests.unit.imaging.pictures import a_picture, a_png_header, decoded, encoded
from tests.unit.imaging.test_reference_cleaner import talkative, tells

from easel.domain.image import Status
from easel.domain.provider import ReferenceImage, RemotePicture
from easel.domain.reference import Reference, at_url
from easel.errors import ImageRejected, ImagingUnavailable, ReferenceUnavailable, StorageUnavailable
from easel.imaging.limits import FOREIGN, PAID
from easel.imaging.pillow_processor import PillowImageProcessor
from easel.imaging.reference_cleaner import PillowReferenceCleaner
from easel.services.ports.pictures import ProcessedImage

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from tests.support.emulator import Emulator

PICTURES = {
    "https://pictures.example/home.jpg": talkative("JPEG"),
    "https://pictures.example/plain.png": encoded(a_picture(60, 40), "PNG"),
    "https://pictures.example/bomb.png": a_png_header(65_000, 65_000),
    "https://pictures.example/scans.jpg": repeated_scan(3_000),
    "https://pictures.example/rows.png": bomb(100_000_000),
    "https://pictures.example/film.gif": encoded(a_picture(60, 40, "P"), "GIF"),
}


class Web:
    """Where reference pictures lie."""

    def fetch(self, url: str) -> ReferenceImage:
        return ReferenceImage(PICTURES[url], "image/png", "reference.png")


@pytest.fixture(scope="module")
def client(emulator: Emulator) -> DynamoDBClient:
    return emulator.client("dynamodb")


@pytest.fixture
def engine(client: DynamoDBClient, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The engine with real imaging, and a vendor that delivers a real picture."""
    engine = Engine(client, create_core_table(client))
    engine.use(processor=PillowImageProcessor(PAID), references=Web(), cleaner=PillowReferenceCleaner(FOREIGN))

    def download(picture: RemotePicture) -> bytes:
        return encoded(a_picture(1024, 1024), "PNG")

    monkeypatch.setattr(engine.provider, "download", download)
    return engine


def references(*names: str) -> tuple[Reference, ...]:
    return tuple(at_url(f"https://pictures.example/{name}") for name in names)


@pytest.mark.requirement("S003-6", "S003-42", "X-32")
def test_a_marked_picture_is_delivered_and_the_unmarked_one_kept_apart(engine: Engine) -> None:
    ended = engine.run(engine.submit(a_request(watermark="© Easel")).generation.id)

    stored = ended.images[0].stored
    assert stored is not None
    assert stored.unmarked_key is not None
    assert stored.unmarked_key.startswith("unmarked/")
    assert stored.provenance.watermark == "© Easel"
    objects = engine.store.objects
    assert set(objects) == {stored.original_key, stored.preview_key, stored.thumbnail_key, stored.unmarked_key}
    marked, unmarked = (decoded(objects[key]).convert("RGB") for key in (stored.original_key, stored.unmarked_key))
    assert marked.tobytes() != unmarked.tobytes()
    assert unmarked.tobytes() == a_picture(1024, 1024).tobytes()


def test_a_picture_without_watermark_is_stored_three_times_and_no_more(engine: Engine) -> None:
    ended = engine.run(engine.submit(a_request()).generation.id)

    assert len(engine.store.objects) == 3
    assert ended.images[0].stored is not None
    assert ended.images[0].stored.unmarked_key is None


def test_a_vendor_gets_reference_pictures_without_their_metadata(engine: Engine) -> None:
    engine.run(engine.submit(a_request(references=references("home.jpg", "plain.png"))).generation.id)

    (task,) = engine.provider.tasks
    assert tells(PICTURES["https://pictures.example/home.jpg"])
    assert [tells(reference.data) for reference in task.references] == [False, False]
    assert [reference.media_type for reference in task.references] == ["image/jpeg", "image/png"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("bomb.png", "The picture has 65000x65000 pixels"),
        ("scans.jpg", "The jpeg picture has 101 scans or more"),
        ("rows.png", "The png picture decompresses to more than"),
        ("film.gif", "Pictures of type gif are not accepted"),
    ],
)
def test_a_bomb_ends_the_image_before_any_vendor_is_called_and_costs_nothing(
    engine: Engine, name: str, reason: str
) -> None:
    ended = engine.run(engine.submit(a_request(references=references("plain.png", name))).generation.id)

    assert ended.status is Status.FAILED
    failure = ended.images[0].failure
    assert failure is not None
    assert failure.code == ImageRejected.code
    assert f"Reference picture 2: {reason}" in failure.message
    assert engine.provider.tasks == []
    assert (ended.charged, ended.provider_cost_micro_usd) == (0, 0)


@pytest.mark.requirement("S003-112")
def test_a_vendor_that_reads_references_itself_gets_links_to_cleaned_copies(engine: Engine) -> None:
    engine.provider.reads_references = True

    ended = engine.run(engine.submit(a_request(references=references("home.jpg"))).generation.id)

    (task,) = engine.provider.tasks
    (lent,) = (key for key in engine.store.objects if key.startswith("lent/"))
    assert ended.status is Status.COMPLETED
    assert lent.startswith(f"lent/{ended.workspace_id}/{ended.id}/")
    assert not tells(engine.store.objects[lent])
    assert [reference.url for reference in task.references] == [
        engine.store.presign(lent, expires_in=timedelta(hours=1))
    ]


def test_a_reference_that_cannot_be_copied_is_tried_again_and_no_vendor_is_called_for_it(engine: Engine) -> None:
    engine.provider.reads_references = True
    engine.store.errors = [StorageUnavailable("full")]

    ended = engine.run(engine.submit(a_request(references=references("plain.png"))).generation.id)

    assert ended.status is Status.COMPLETED
    assert [attempt.outcome for attempt in ended.images[0].attempts] == ["internal", "delivered"]
    assert len(engine.provider.tasks) == 1


def test_references_are_fetched_and_cleaned_once_for_all_images_of_a_generation(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []

    class Counted(Web):
        def fetch(self, url: str) -> ReferenceImage:
            fetched.append(url)
            return super().fetch(url)

    engine.use(references=Counted())

    ended = engine.run(engine.submit(a_request(n=4, references=references("home.jpg", "plain.png"))).generation.id)

    assert ended.status is Status.COMPLETED
    assert fetched == ["https://pictures.example/home.jpg", "https://pictures.example/plain.png"]
    shown = [[reference.data for reference in task.references] for task in engine.provider.tasks]
    assert len(shown) == 4
    assert all(pictures == shown[0] for pictures in shown)


def test_what_cannot_be_used_is_fetched_once_and_refused_for_all_images_alike(engine: Engine) -> None:
    fetched: list[str] = []

    class Counted(Web):
        def fetch(self, url: str) -> ReferenceImage:
            fetched.append(url)
            return super().fetch(url)

    engine.use(references=Counted())

    ended = engine.run(engine.submit(a_request(n=3, references=references("bomb.png"))).generation.id)

    assert len(fetched) == 1
    failures = {image.failure for image in ended.images}
    assert len(failures) == 1
    assert {failure.code for failure in failures if failure} == {ImageRejected.code}
    assert (ended.charged, engine.provider.tasks) == (0, [])


def test_references_that_hold_a_worker_for_too_long_end_the_image_and_cost_nothing(engine: Engine) -> None:
    class Slow(Web):
        def fetch(self, url: str) -> ReferenceImage:
            engine.clock.now += timedelta(seconds=19)
            return super().fetch(url)

    engine.use(references=Slow())

    ended = engine.run(engine.submit(a_request(references=references(*["plain.png"] * 4))).generation.id)

    failure = ended.images[0].failure
    assert failure is not None
    assert (failure.code, failure.retryable) == (ReferenceUnavailable.code, False)
    assert engine.provider.tasks == []
    assert ended.charged == 0


def test_a_picture_that_cannot_be_finished_now_is_fetched_again_from_its_job(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    process, failures = PillowImageProcessor.process, [ImagingUnavailable("no process")]

    def fail_once(processor: PillowImageProcessor, *given: Any, **named: Any) -> ProcessedImage:
        if failures:
            raise failures.pop()
        return process(processor, *given, **named)

    monkeypatch.setattr(PillowImageProcessor, "process", fail_once)

    ended = engine.run(engine.submit(a_request()).generation.id)

    assert ended.status is Status.COMPLETED
    assert (len(engine.provider.tasks), len(engine.provider.fetches)) == (1, 1)
