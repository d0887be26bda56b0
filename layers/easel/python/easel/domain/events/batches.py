"""Events about batches: one for each time that one starts, pauses or ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from easel.clock import to_iso
from easel.domain.batch import Batch, BatchStatus
from easel.domain.events.event import Event, new_event

BATCH_STARTED: Final = "batch.started"
BATCH_PAUSED: Final = "batch.paused"
BATCH_COMPLETED: Final = "batch.completed"
BATCH_CANCELLED: Final = "batch.cancelled"

_TYPES: Final[Mapping[BatchStatus, str]] = {
    BatchStatus.RUNNING: BATCH_STARTED,
    BatchStatus.PAUSED: BATCH_PAUSED,
    BatchStatus.COMPLETED: BATCH_COMPLETED,
    BatchStatus.CANCELLED: BATCH_CANCELLED,
}


def batch_changed(batch: Batch, request_id: str, now: datetime) -> Event | None:
    """The event for the status that a batch has now; None for a status that is only a step on the way to another."""
    event_type = _TYPES.get(batch.status)
    if event_type is None:
        return None
    counts = batch.counts
    data = {
        "id": batch.id,
        "batch": {
            "id": batch.id,
            "name": batch.name,
            "status": batch.status.value,
            "userId": batch.caller["userId"],
            "pauseReason": batch.pause_reason.value if batch.pause_reason else None,
            "counts": {
                "total": batch.lines,
                "waiting": batch.lines - counts.submitted,
                "running": counts.running,
                "completed": counts.completed,
                "failed": counts.failed,
            },
            "quotedMilliCredits": batch.quoted,
            "chargedMilliCredits": counts.charged,
            "createdAt": to_iso(batch.created_at),
        },
    }
    # A batch may start and pause several times: each run has events of its own.
    subject = f"{batch.id} {batch.run}"
    return new_event(
        event_type, batch.workspace_id, subject, data, occurred_at=now, request_id=request_id, ordering_key=batch.id
    )
