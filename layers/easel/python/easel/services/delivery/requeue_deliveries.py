"""Queue attempts whose time has come: those that had to wait for longer than a queue can delay a message."""

from __future__ import annotations

from typing import Final

from easel.clock import Clock
from easel.jobs import JobCounts, for_each
from easel.services.ports.webhooks import DeliveryQueue, DueDeliveries, DueDelivery

_BATCH: Final = 500


class RequeueDeliveries:
    """Called each minute, by the sweep."""

    def __init__(self, *, waiting: DueDeliveries, queue: DeliveryQueue, clock: Clock) -> None:
        self._waiting = waiting
        self._queue = queue
        self._clock = clock

    def __call__(self) -> JobCounts:
        """Queue what is due. An attempt that is queued twice is made once."""
        return for_each(
            self._waiting.due(self._clock(), _BATCH),
            self._requeue,
            kind="delivery",
            name=lambda due: due.ref.delivery_id,
        )

    def _requeue(self, due: DueDelivery) -> bool:
        self._queue.deliver(due.ref, quick=False)
        self._waiting.forget(due)
        return True
