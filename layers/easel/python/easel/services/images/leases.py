"""How long a worker has its image to itself, and its message stays invisible."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

_AFTER_WORKER: Final = timedelta(seconds=5)
_AFTER_LEASE: Final = timedelta(seconds=3)


def lease_of(worker_seconds: int) -> timedelta:
    """Longer than a worker can live, so that an expired lease means a dead worker."""
    return timedelta(seconds=worker_seconds) + _AFTER_WORKER


def hold_of(worker_seconds: int) -> timedelta:
    """For how long a worker keeps its message invisible; after a dead worker the lease has expired by then."""
    return lease_of(worker_seconds) + _AFTER_LEASE
