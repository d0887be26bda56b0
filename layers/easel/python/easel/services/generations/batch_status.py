"""The one way in which the status of a batch changes: together with the event that tells of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from easel.clock import Clock
from easel.domain.batch import Batch, BatchStatus, PauseReason
from easel.domain.events.batches import batch_changed
from easel.services.ports.batches import Batches
from easel.services.ports.generations import Outbox

_CANCELS: Final = frozenset({BatchStatus.CANCELLING, BatchStatus.CANCELLED})


class ChangeBatchStatus:
    """Status and event are one transaction: a repeated change finds another status, and tells nothing again."""

    def __init__(self, *, batches: Batches, outbox: Outbox, clock: Clock) -> None:
        self._batches = batches
        self._outbox = outbox
        self._clock = clock

    def __call__(
        self,
        batch: Batch,
        status: BatchStatus,
        *,
        request_id: str,
        run: str | None = None,
        reason: PauseReason | None = None,
    ) -> Batch:
        """Change a batch that has the status and run of when it was read. Raises StaleWrite."""
        now = self._clock()
        changed = replace(
            batch,
            status=status,
            run=batch.run if run is None else run,
            updated_at=now,
            pause_reason=reason,
            cancelling_at=batch.cancelling_at or (now if status in _CANCELS else None),
        )
        event = batch_changed(changed, request_id, now)
        self._batches.change(batch, changed, *([self._outbox.adding(event)] if event else ()))
        return changed
