"""Find what fell between two steps and put it right: lost messages, ended clocks, events left behind, ended grants."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from easel.clock import Clock
from easel.domain.events import Event
from easel.domain.generation import Generation
from easel.domain.image import Status
from easel.errors import Contended, NotFound, QueueUnavailable, WorkflowUnavailable
from easel.services.generations.settle_generation import SettleGeneration
from easel.services.ports.generations import GenerationRepository
from easel.services.ports.messages import GenerationQueue, Workflow

logger = logging.getLogger(__name__)

_BATCH: Final = 100
_OUTBOX_GRACE: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class SweepReport:
    """What a sweep found: counts for metrics."""

    requeued: int
    settled: int
    republished: int
    expired: int


class SweepGenerations:
    """Runs each minute; every repair is the same use case that should have run in the first place."""

    def __init__(
        self,
        *,
        generations: GenerationRepository,
        queue: GenerationQueue,
        settle: SettleGeneration,
        workflow: Workflow,
        waiting_events: Callable[[datetime, int], Sequence[Event]],
        publish: Callable[[Event], None],
        expire_grants: Callable[[], int],
        clock: Clock,
    ) -> None:
        self._generations = generations
        self._queue = queue
        self._settle = settle
        self._workflow = workflow
        self._waiting_events = waiting_events
        self._publish = publish
        self._expire_grants = expire_grants
        self._clock = clock

    def __call__(self) -> SweepReport:
        """Repair what is overdue now."""
        now = self._clock()
        requeued = settled = 0
        for generation in self._generations.overdue(now, _BATCH):
            if generation.status is Status.PENDING and now < generation.deadline:
                requeued += self._requeue(generation)
            else:
                settled += self._settle_overdue(generation)
        republished = sum(self._republish(event) for event in self._waiting_events(now - _OUTBOX_GRACE, _BATCH))
        return SweepReport(requeued, settled, republished, self._expire_grants())

    def _republish(self, event: Event) -> bool:
        try:
            self._publish(event)
        except QueueUnavailable:
            logger.warning("event could not be sent again", extra={"event_id": event.id})
            return False
        return True

    def _requeue(self, generation: Generation) -> bool:
        try:
            self._queue.submit(generation)
        except QueueUnavailable:
            logger.warning("generation could not be queued again", extra={"generation_id": generation.id})
            return False
        return True

    def _settle_overdue(self, generation: Generation) -> bool:
        try:
            self._settle(generation.workspace_id, generation.id)
        except (NotFound, Contended):
            logger.warning("overdue generation could not be settled", extra={"generation_id": generation.id})
            return False
        try:
            self._workflow.stop(generation.id, "settled by the sweeper")
        except WorkflowUnavailable:
            logger.warning("execution could not be stopped", extra={"generation_id": generation.id})
        return True
