"""Find what fell between two steps and put it right: lost messages, ended clocks, events left behind, ended grants."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from easel.clock import Clock
from easel.domain.events import Event
from easel.domain.image import Status
from easel.errors import WorkflowUnavailable
from easel.jobs import JobCounts, for_each
from easel.services.generations.settle_generation import SettleGeneration
from easel.services.ports.generations import GenerationRepository, WaitingEvent, WaitingEvents
from easel.services.ports.messages import GenerationQueue, Workflow

logger = logging.getLogger(__name__)

_BATCH: Final = 100
_OUTBOX_GRACE: Final = timedelta(seconds=60)
_SET_ASIDE: Final = timedelta(minutes=15)
"""For how long a record that could not be handled is left alone."""


@dataclass(frozen=True, slots=True)
class SweepReport:
    """What a sweep did: counts for metrics. `failed` are records that could not be handled."""

    requeued: int
    settled: int
    republished: int
    expired: int
    failed: int


class SweepGenerations:
    """Runs each minute; every repair is the same use case that should have run in the first place.

    Records are handled one by one: one that cannot be is counted and set aside for a while, and the others go on.
    """

    def __init__(
        self,
        *,
        generations: GenerationRepository,
        queue: GenerationQueue,
        settle: SettleGeneration,
        workflow: Workflow,
        events: WaitingEvents,
        publish: Callable[[Event], object],
        expire_grants: Callable[[], JobCounts],
        clock: Clock,
    ) -> None:
        self._generations = generations
        self._queue = queue
        self._settle = settle
        self._workflow = workflow
        self._events = events
        self._publish = publish
        self._expire_grants = expire_grants
        self._clock = clock

    def __call__(self) -> SweepReport:
        """Repair what is overdue now."""
        now = self._clock()
        repaired: Counter[str] = Counter()
        overdue = for_each(
            self._generations.overdue(now, _BATCH),
            lambda found: self._repair(*found, now, repaired),
            kind="generation",
            name=lambda found: found[1],
            set_aside=lambda found: self._generations.set_aside(*found, now + _SET_ASIDE),
        )
        events = for_each(
            self._events.waiting(now - _OUTBOX_GRACE, now, _BATCH),
            self._republish,
            kind="event",
            name=lambda event: event.event_id,
            set_aside=lambda event: self._events.set_aside(event.event_id, now + _SET_ASIDE),
        )
        grants = self._expire_grants()
        failed = overdue.failed + events.failed + grants.failed
        return SweepReport(repaired["requeued"], repaired["settled"], events.done, grants.done, failed)

    def _repair(self, workspace_id: str, generation_id: str, now: datetime, repaired: Counter[str]) -> bool:
        generation = self._generations.get(workspace_id, generation_id)
        if generation is None or generation.status.is_final:
            return False
        if generation.status is Status.PENDING and now < generation.deadline:
            self._queue.submit(generation)
            repaired["requeued"] += 1
            return True
        if generation.status is Status.PROCESSING and now < generation.attention_when_running:
            # Whoever began it may have died before its execution was started. If it runs, the message starts nothing.
            self._queue.submit(generation)
            # It need not be looked at again until its time is over.
            self._generations.set_aside(workspace_id, generation_id, generation.attention_when_running)
            return False
        self._settle(workspace_id, generation_id)
        repaired["settled"] += 1
        try:
            self._workflow.stop(generation_id, "settled by the sweeper")
        except WorkflowUnavailable:
            logger.warning("execution could not be stopped", extra={"generation_id": generation_id})
        return True

    def _republish(self, event: WaitingEvent) -> bool:
        self._publish(event.read())
        return True
