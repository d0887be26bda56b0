"""References are prepared once per generation, whatever happens to the worker that is at it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

import pytest
from tests.support.generations import a_generation
from tests.support.references import MemoryCopies

from easel.domain.generation import Generation
from easel.domain.provider import ReferenceImage
from easel.domain.reference import Reference, UploadSource, at_url
from easel.errors import (
    ImageRejected,
    ImagingUnavailable,
    ReferenceUnavailable,
    RejectionReason,
    StorageUnavailable,
)
from easel.services.ports.references import ReferenceCopy
from easel.services.references.prepare_references import CLAIM_LIFETIME, PreparedReference, PrepareReferences

NOW: Final = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
PATIENCE: Final = timedelta(seconds=48)
GENERATION: Final = a_generation(references=(at_url("https://a.example/1.png"), at_url("https://a.example/2.png")))


@dataclass
class Workshop:
    """Workers that share the copies, under one clock; `script` are errors of the next fetches."""

    now: datetime = NOW
    copies: MemoryCopies = field(default_factory=MemoryCopies)
    objects: dict[str, bytes] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)
    script: list[BaseException] = field(default_factory=list)
    while_waiting: Callable[[], None] = lambda: None
    generation: Generation = GENERATION
    refusal: ImageRejected | None = None

    def prepare(self) -> tuple[PreparedReference, ...]:
        prepare = PrepareReferences(
            fetch=cast(Any, self._fetch),
            cleaner=cast(Any, self),
            copies=self.copies,
            store=cast(Any, self),
            clock=lambda: self.now,
            sleep=self._sleep,
        )
        return prepare(self.generation, self.generation.images[0], until=self.now + PATIENCE)

    def _fetch(self, _: Generation, reference: Reference) -> ReferenceImage:
        self.fetched.append(reference.name)
        if self.script:
            raise self.script.pop(0)
        return ReferenceImage(reference.name.encode(), "image/png", "reference.png")

    def _sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.while_waiting()

    def clean(self, reference: ReferenceImage) -> ReferenceImage:
        if self.refusal:
            raise self.refusal
        return reference

    def keep(self, _: Generation, reference: ReferenceImage) -> ReferenceCopy:
        key = base64.b64encode(reference.data).decode()
        self.objects[key] = reference.data
        return ReferenceCopy(key, reference.media_type)

    def read(self, copy: ReferenceCopy) -> ReferenceImage | None:
        data = self.objects.get(copy.key)
        return ReferenceImage(data, copy.media_type, "reference.png") if data is not None else None

    def link(self, copy: ReferenceCopy) -> str:
        return f"https://bucket.example/{copy.key}"


@pytest.fixture
def workshop() -> Workshop:
    return Workshop()


def data_of(prepared: tuple[PreparedReference, ...]) -> list[bytes]:
    return [reference.read().data for reference in prepared]


def test_a_second_worker_takes_the_copies_of_the_first(workshop: Workshop) -> None:
    first, second = workshop.prepare(), workshop.prepare()

    assert data_of(first) == data_of(second) == [b"https://a.example/1.png", b"https://a.example/2.png"]
    assert workshop.fetched == ["https://a.example/1.png", "https://a.example/2.png"]
    assert first[0].lent().url == second[0].lent().url


@pytest.mark.parametrize("error", [ReferenceUnavailable("It is gone."), ImageRejected("It is a gif.")])
def test_a_refusal_holds_for_all_workers_with_its_reason(workshop: Workshop, error: Exception) -> None:
    workshop.script = [error]
    for _ in range(2):
        with pytest.raises(type(error), match=r"It is"):
            workshop.prepare()

    assert len(workshop.fetched) == 1


@pytest.mark.parametrize("error", [StorageUnavailable("away"), ImagingUnavailable("busy"), ValueError("a bug")])
def test_a_fault_of_ours_is_no_refusal_and_the_next_worker_tries_at_once(workshop: Workshop, error: Exception) -> None:
    workshop.script = [error]
    with pytest.raises(type(error)):
        workshop.prepare()

    assert data_of(workshop.prepare())[0] == b"https://a.example/1.png"
    assert workshop.now == NOW


def test_a_worker_waits_for_the_copy_that_another_one_makes(workshop: Workshop) -> None:
    claim = workshop.copies.begin(GENERATION.id, 1, now=NOW, until=NOW + CLAIM_LIFETIME)
    made = workshop.keep(GENERATION, ReferenceImage(b"from the other worker", "image/png", "reference.png"))
    workshop.while_waiting = lambda: workshop.copies.finish(cast(Any, claim), made)

    assert data_of(workshop.prepare())[0] == b"from the other worker"
    assert workshop.fetched == ["https://a.example/2.png"]
    assert workshop.now - NOW < timedelta(seconds=1)


def test_the_work_of_a_dead_worker_is_taken_over_and_its_late_copy_ignored(workshop: Workshop) -> None:
    dead: Any = workshop.copies.begin(GENERATION.id, 1, now=NOW, until=NOW + CLAIM_LIFETIME)
    with pytest.raises(ImagingUnavailable):
        workshop.prepare()
    workshop.now = NOW + CLAIM_LIFETIME + timedelta(seconds=1)

    prepared = workshop.prepare()
    workshop.copies.finish(dead, ReferenceCopy("late", "image/png"))
    workshop.copies.release(dead)

    assert data_of(workshop.prepare()) == data_of(prepared)


def test_a_copy_that_has_expired_is_said_to_be_gone(workshop: Workshop) -> None:
    prepared = workshop.prepare()
    workshop.objects.clear()

    with pytest.raises(ReferenceUnavailable, match="expired"):
        prepared[0].read()


@pytest.mark.parametrize(
    ("source", "reason", "advised"),
    [
        (at_url("https://a.example/1.png"), RejectionReason.TOO_MUCH_MEMORY, True),
        (at_url("https://a.example/1.png"), RejectionReason.TOO_COMPLEX, False),
        (Reference(UploadSource("019a9f1c-0000-7000-8000-0000000000b1")), RejectionReason.TOO_MUCH_MEMORY, False),
    ],
    ids=["address", "other reason", "upload"],
)
def test_a_picture_too_large_to_be_used_by_its_address_is_to_be_uploaded(
    workshop: Workshop, source: Reference, reason: RejectionReason, *, advised: bool
) -> None:
    workshop.generation = a_generation(references=(source,))
    workshop.refusal = ImageRejected("Decoding the picture needs 455 MiB of memory; at most 300 are available.", reason)

    # The second worker reads it from the copy's record.
    for _ in range(2):
        with pytest.raises(ImageRejected, match=r"^Reference picture 1: Decoding") as refused:
            workshop.prepare()
        assert (
            "too large to be used by its address; uploaded (POST /api/v1/uploads, at most 10 MB)" in str(refused.value)
        ) is advised
