"""A refresh has the workers look at every open job, at most every five seconds, and never calls a provider itself."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

import pytest
from tests.support.generations import NOW, WORKSPACE_ID, a_generation

from easel.domain.attempt import Attempt
from easel.domain.image import Image, Stage, Status
from easel.domain.request import Channel
from easel.errors import DatabaseUnavailable, NotFound
from easel.ids import image_id, new_generation_id, number_of
from easel.services.accounts.principal import Principal
from easel.services.generations.read_generations import ReadGenerations
from easel.services.generations.refresh_generation import RefreshGeneration

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from easel.domain.generation import Generation
    from easel.domain.rates import Counter
    from easel.services.ports.image_tasks import ImageRef
    from easel.services.ports.providers import JobHint

PERSON = Principal(WORKSPACE_ID, "ada", frozenset({"owner"}), frozenset(), Channel.TELEGRAM, "key-1")
ID = new_generation_id()


@dataclass
class World:
    """A generation in memory, a counter, and the hints that were sent."""

    generation: Generation
    answer: bool | Exception = True
    hints: list[tuple[ImageRef, JobHint]] = field(default_factory=list)
    counted: list[Counter] = field(default_factory=list)

    def refresh(self, named: str) -> Generation:
        seconds = iter(range(100))
        read = ReadGenerations(
            generations=cast(Any, self), monotonic=lambda: float(next(seconds)), sleep=lambda _: None
        )
        use_case = RefreshGeneration(read=read, counters=cast(Any, self), queue=cast(Any, self), clock=lambda: NOW)
        return use_case(PERSON, named, request_id="r-1")

    def get(self, workspace_id: str, generation_id: str) -> Generation | None:
        return self.generation if (workspace_id, generation_id) == (WORKSPACE_ID, self.generation.id) else None

    def id_with_prefix(self, workspace_id: str, prefix: str) -> str | None:
        return self.generation.id if self.generation.id.startswith(prefix) else None

    def count(self, owner: str, counters: Sequence[Counter], now: datetime) -> tuple[bool, Sequence[int]]:
        self.counted += counters
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer, [1]

    def hint(self, ref: ImageRef, hint: JobHint) -> None:
        self.hints.append((ref, hint))


def attempt(number: int, **changes: Any) -> Attempt:
    return replace(
        Attempt(f"attempt-{number}", "wavespeed", "seedream-v4", "bytedance/seedream-v4", NOW, f"job-{number}"),
        **changes,
    )


def running(*attempts: Attempt, **changes: Any) -> Generation:
    image = Image(image_id(ID, 0), 0, Status.PROCESSING, Stage.GENERATING, attempts=attempts)
    values = {"id": ID, "status": Status.PROCESSING, "images": (image,), "workspace_id": WORKSPACE_ID}
    return a_generation(**(values | changes))


@pytest.mark.requirement("S001-18", "X-20")
@pytest.mark.parametrize("named", [ID, str(number_of(ID))], ids=["id", "number"])
def test_only_jobs_that_are_open_are_looked_at(named: str) -> None:
    ended, unknown, asked = attempt(1, outcome="failed"), attempt(2, job_id=None), attempt(3)
    world = World(running(ended, unknown, asked))

    world.refresh(named)

    ((ref, hint),) = world.hints
    assert (ref.generation_id, ref.index, ref.request_id) == (ID, 0, "r-1")
    assert (hint.provider, hint.attempt_id, hint.job_id) == ("wavespeed", "attempt-3", "job-3")


@pytest.mark.parametrize("answer", [False, DatabaseUnavailable("down")])
def test_asked_too_often_or_uncounted_it_answers_with_what_is_known(answer: bool | Exception) -> None:  # noqa: FBT001 - of a port
    world = World(running(attempt(1)), answer)

    assert world.refresh(ID).status is Status.PROCESSING
    assert world.hints == []


def test_a_generation_is_looked_at_every_five_seconds_at_most() -> None:
    world = World(running(attempt(1)))

    world.refresh(ID)

    (counter,) = world.counted
    assert (counter.subject, counter.window.seconds / counter.window.limit) == (ID, 5.0)


def test_what_has_ended_or_has_no_job_is_not_even_counted() -> None:
    for generation in (running(attempt(1), status=Status.COMPLETED), running()):
        world = World(generation)
        assert world.refresh(ID) == generation
        assert (world.hints, world.counted) == ([], [])


@pytest.mark.parametrize(
    "named", [new_generation_id(), "1", "0", str(2**61)], ids=["another id", "1", "0", "a large number"]
)
def test_another_generation_is_not_found(named: str) -> None:
    with pytest.raises(NotFound):
        World(running()).refresh(named)
