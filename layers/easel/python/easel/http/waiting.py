"""How long a request may still wait for what it started: the gateway gives up on a function after thirty seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from easel.http.resolver import Resolver

LONGEST_WAIT: Final = 25.0
"""Seconds from the start of the request. Clients of some seeds give up after thirty, a cold start included."""


class Patience:
    """Counts from its creation, so that whatever a request did before it waits is part of the time."""

    def __init__(self, seconds: float = LONGEST_WAIT, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._until = monotonic() + seconds

    @classmethod
    def since_arrival(cls, event: Mapping[str, Any], now: Callable[[], float] = time.time) -> Patience:
        """Counts from when the gateway took the request: its authorizer and the start of this process count too."""
        arrived = event.get("requestContext", {}).get("timeEpoch")
        gone = now() - arrived / 1000 if isinstance(arrived, int | float) else 0.0
        return cls(LONGEST_WAIT - min(max(gone, 0.0), LONGEST_WAIT))

    def left(self) -> float:
        """Seconds that are left; never negative."""
        return max(0.0, self._until - self._monotonic())


def of(app: Resolver) -> Patience:
    """How long the request that is being served may still wait."""
    return Patience.since_arrival(app.current_event.raw_event)
