"""How long a request may still wait for what it started: the gateway gives up on a function after thirty seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

LONGEST_WAIT: Final = 25.0
"""Seconds from the start of the request. Clients of some seeds give up after thirty, a cold start included."""


class Patience:
    """Counts from its creation, so that whatever a request did before it waits is part of the time."""

    def __init__(self, seconds: float = LONGEST_WAIT, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._until = monotonic() + seconds

    def left(self) -> float:
        """Seconds that are left; never negative."""
        return max(0.0, self._until - self._monotonic())
