"""Answers for generations and pictures: within the caller's workspace, as soon as there is something to say."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from tests.support.generations import GENERATION_ID, NOW, WORKSPACE_ID, a_generation, a_stored_image
from tests.unit.services.memory import MemoryGenerations, a_caller

from easel.domain.generation import Generation
from easel.domain.image import Status
from easel.domain.permalinks import encode_permalink
from easel.errors import NotFound
from easel.ids import image_id, uuid7
from easel.services.generations.read_generations import ReadGenerations
from easel.services.images.read_images import ReadImages

CALLER = a_caller(WORKSPACE_ID)
STRANGER = a_caller("019a9f1c-0000-7000-8000-0000000000ff")


# --- waiting ----------------------------------------------------------------------------------------------------------


@dataclass
class Waiting:
    """A generation that ends at a given second, under a clock that only sleeping turns."""

    ends_at: float
    seconds: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.generations = MemoryGenerations([a_generation()])
        self.read = ReadGenerations(generations=self.generations, monotonic=lambda: self.seconds, sleep=self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.seconds += seconds
        if self.seconds >= self.ends_at:
            ended = replace(self.generations.found[0], status=Status.COMPLETED, completed_at=NOW)
            self.generations.found[0] = ended


@pytest.mark.requirement("X-4")
def test_waiting_ends_soon_after_the_generation_does() -> None:
    waiting = Waiting(ends_at=7.0)

    found = waiting.read.wait(CALLER, GENERATION_ID, 25)

    assert found.status is Status.COMPLETED
    assert 7.0 <= waiting.seconds <= 8.0


def test_waiting_ends_with_the_callers_patience() -> None:
    waiting = Waiting(ends_at=100.0)

    found = waiting.read.wait(CALLER, GENERATION_ID, 10)

    assert found.status is Status.PENDING
    assert waiting.seconds == pytest.approx(10)


def test_looks_are_quick_at_first_and_at_most_a_second_apart() -> None:
    waiting = Waiting(ends_at=100.0)

    waiting.read.wait(CALLER, GENERATION_ID, 25)

    assert waiting.pauses[0] == pytest.approx(0.2)
    assert max(waiting.pauses) <= 1.0
    assert waiting.pauses[:5] == sorted(waiting.pauses[:5])


def test_what_has_ended_is_not_waited_for() -> None:
    waiting = Waiting(ends_at=0.0)
    waiting.generations.found[0] = replace(waiting.generations.found[0], status=Status.FAILED)

    waiting.read.wait(CALLER, GENERATION_ID, 25)

    assert (waiting.pauses, waiting.generations.reads) == ([], 1)


def test_a_foreign_generation_is_not_found_nor_waited_for() -> None:
    waiting = Waiting(ends_at=100.0)

    with pytest.raises(NotFound):
        waiting.read.get(STRANGER, GENERATION_ID)
    with pytest.raises(NotFound):
        waiting.read.wait(STRANGER, GENERATION_ID, 25)
    assert waiting.pauses == []


# --- pages by number --------------------------------------------------------------------------------------------------


def seven_generations() -> list[Generation]:
    moments = [NOW + timedelta(seconds=second) for second in range(7)]
    ids = [f"{str(uuid7(int(moment.timestamp() * 1000)))[:-1]}0" for moment in moments]
    return [a_generation(id=id_) for id_ in ids]


@pytest.mark.requirement("S000-24", "X-7")
def test_a_page_can_be_reached_by_skipping_those_before_it() -> None:
    generations = seven_generations()
    read = ReadGenerations(generations=MemoryGenerations(generations))

    pages = [read.list(CALLER, limit=3, skip=skip) for skip in (0, 3, 6, 9)]

    newest_first = [generation.id for generation in reversed(generations)]
    shown = [[generation.id for generation in page.items] for page in pages]
    assert shown == [newest_first[:3], newest_first[3:6], newest_first[6:], []]
    assert pages[0].next_after == newest_first[2]
    assert pages[1].next_after == newest_first[5]
    assert pages[2].next_after is None


def test_skipping_leads_on_to_the_same_place_as_a_cursor() -> None:
    read = ReadGenerations(generations=MemoryGenerations(seven_generations()))
    second = read.list(CALLER, limit=2, skip=2)

    third = read.list(CALLER, limit=2, after=second.next_after)

    assert third == read.list(CALLER, limit=2, skip=4)


# --- single pictures --------------------------------------------------------------------------------------------------

GENERATION = a_generation(count=2)
PENDING_ID, DELIVERED_ID = (image.id for image in GENERATION.images)
SECRET = GENERATION.permalink_secret


@pytest.fixture
def images() -> ReadImages:
    delivered = replace(GENERATION.images[1], status=Status.COMPLETED, stage=None, stored=a_stored_image())
    generation = replace(GENERATION, images=(GENERATION.images[0], delivered))
    return ReadImages(generations=MemoryGenerations([generation]))


@pytest.mark.parametrize(("wanted", "status"), [(PENDING_ID, Status.PENDING), (DELIVERED_ID, Status.COMPLETED)])
def test_a_picture_is_found_by_its_id_whatever_its_status(images: ReadImages, wanted: str, status: Status) -> None:
    view = images.get(CALLER, wanted)

    assert (view.image.id, view.image.status, view.generation_id) == (wanted, status, GENERATION_ID)
    assert (view.model, view.prompt) == (GENERATION.model, GENERATION.prompt)


# A fixed one: tests that are named differently in each process cannot be shared out between them.
OTHER_ID = "019a9f1c-5c00-7abc-8def-0123456789f7"


@pytest.mark.requirement("S004-20", "S004-26")
@pytest.mark.parametrize("wanted", ["", "x", GENERATION_ID, image_id(GENERATION_ID, 2), OTHER_ID])
def test_an_unknown_picture_is_not_found(images: ReadImages, wanted: str) -> None:
    with pytest.raises(NotFound):
        images.get(CALLER, wanted)


@pytest.mark.parametrize("wanted", [PENDING_ID, DELIVERED_ID])
def test_a_foreign_picture_is_not_found(images: ReadImages, wanted: str) -> None:
    with pytest.raises(NotFound):
        images.get(STRANGER, wanted)


@pytest.mark.requirement("S004-16", "S004-34", "X-14")
@pytest.mark.parametrize("wanted", [PENDING_ID, DELIVERED_ID])
def test_a_permalink_opens_its_picture_for_everybody(images: ReadImages, wanted: str) -> None:
    view = images.by_permalink(encode_permalink(WORKSPACE_ID, wanted, SECRET))

    assert view.image.id == wanted


@pytest.mark.parametrize("wanted", [PENDING_ID, DELIVERED_ID])
@pytest.mark.parametrize("bit", range(80))
def test_a_permalink_with_another_secret_opens_nothing(images: ReadImages, wanted: str, bit: int) -> None:
    another = f"{int(SECRET, 16) ^ (1 << bit):020x}"

    with pytest.raises(NotFound):
        images.by_permalink(encode_permalink(WORKSPACE_ID, wanted, another))


def test_every_refused_permalink_reads_the_same_whether_the_picture_exists_or_not(images: ReadImages) -> None:
    unknown = encode_permalink(WORKSPACE_ID, image_id(GENERATION_ID, 5), SECRET)
    tokens = ["", "x" * 56, unknown, encode_permalink(WORKSPACE_ID, DELIVERED_ID, "00" * 10)]

    messages = set()
    for token in tokens:
        with pytest.raises(NotFound) as refused:
            images.by_permalink(token)
        messages.add(refused.value.message)

    assert len(messages) == 1
