"""Who is asked first for the images of a queued generation, and that it is started once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from tests.support.generations import GENERATION_ID, NOW, WORKSPACE_ID, a_generation
from tests.support.health import MemoryHealth, routing_of

from easel.clock import system_clock
from easel.domain.catalogue import Candidate, load_catalogue
from easel.domain.reference import at_url
from easel.domain.request import Fallback, Routing
from easel.services.generations.start_generation import StartGeneration
from easel.services.ports.generations import GenerationStarts
from easel.services.ports.messages import QueuedGeneration

QUEUED = QueuedGeneration.of(a_generation(count=3))


@dataclass
class MemoryStarter:
    """`ports.messages.WorkflowStarter`: knows what was started, by name."""

    started: dict[str, tuple[QueuedGeneration, Candidate]] = field(default_factory=dict)

    def start(self, queued: QueuedGeneration, first: Candidate) -> bool:
        if queued.generation_id in self.started:
            return False
        self.started[queued.generation_id] = (queued, first)
        return True


@dataclass
class Beginning:
    """Generations that have ended, and those that began."""

    ended: set[str] = field(default_factory=set)
    begun: list[str] = field(default_factory=list)

    def begin(self, workspace_id: str, generation_id: str, now: datetime) -> bool:
        self.begun.append(generation_id)
        return generation_id not in self.ended


def a_start(workflow: MemoryStarter, *providers: str, generations: GenerationStarts | None = None) -> StartGeneration:
    routing = routing_of(load_catalogue(), providers or ["wavespeed"], system_clock, MemoryHealth())
    return StartGeneration(
        generations=generations or Beginning(), workflow=workflow, routing=routing, clock=system_clock
    )


@pytest.mark.requirement("S001-31", "S002-67")
def test_a_queued_generation_is_started_with_its_first_candidate() -> None:
    workflow = MemoryStarter()

    assert a_start(workflow)(QUEUED)

    queued, first = workflow.started[GENERATION_ID]
    assert (queued, first.key) == (QUEUED, ("wavespeed", "seedream-v4"))


def test_the_provider_that_the_request_names_is_asked_first() -> None:
    workflow = MemoryStarter()
    nano = replace(QUEUED, model="nano-banana-pro", asked_provider="wavespeed")

    assert a_start(workflow, "google", "wavespeed")(nano)

    assert workflow.started[GENERATION_ID][1].provider == "wavespeed"


def test_a_second_message_starts_nothing() -> None:
    workflow = MemoryStarter()
    start = a_start(workflow)

    assert [start(QUEUED), start(QUEUED)] == [True, False]
    assert len(workflow.started) == 1


def test_a_generation_that_was_cancelled_before_it_began_is_not_started() -> None:
    workflow = MemoryStarter()

    assert not a_start(workflow, generations=Beginning(ended={GENERATION_ID}))(QUEUED)

    assert workflow.started == {}


def test_a_generation_begins_before_its_images_can_be_asked_for() -> None:
    generations = Beginning()

    class Started(MemoryStarter):
        def start(self, queued: QueuedGeneration, first: Candidate) -> bool:
            assert generations.begun == [queued.generation_id]
            return super().start(queued, first)

    assert a_start(Started(), generations=generations)(QUEUED)


def test_a_message_says_of_a_generation_what_it_takes_to_start_it() -> None:
    generation = a_generation(
        count=4,
        deadline=NOW + timedelta(seconds=89.2),
        references=(at_url("https://a.example/1.png"), at_url("https://a.example/2.png")),
        routing=Routing("google", Fallback.EQUIVALENT),
    )

    assert QueuedGeneration.of(generation) == QueuedGeneration(
        workspace_id=WORKSPACE_ID,
        generation_id=GENERATION_ID,
        request_id="req-1",
        model="seedream-v4",
        images=4,
        deadline_seconds=90,
        references=2,
        asked_provider="google",
        fallback=Fallback.EQUIVALENT,
    )
