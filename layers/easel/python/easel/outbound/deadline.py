"""What every outgoing HTTP request needs: an overall deadline."""

from __future__ import annotations

import time
from collections.abc import Callable


class Deadline:
    """The time that is left for a piece of work made of several calls."""

    def __init__(self, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._end = monotonic() + seconds

    @property
    def remaining(self) -> float:
        """Seconds, never below zero."""
        return max(0.0, self._end - self._monotonic())
