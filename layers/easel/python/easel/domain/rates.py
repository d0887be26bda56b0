"""Rate limits: requests per window, the windows' subjects, and when they reset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

MINUTE: Final = 60
HOUR: Final = 3_600


@dataclass(frozen=True, slots=True)
class Window:
    """A limit of requests per window of `seconds`. Windows are aligned to the clock.

    `name` is the kind of subject: `user`, `workspace` or `address`.
    """

    name: str
    limit: int
    seconds: int

    def resets_in(self, now: datetime) -> int:
        """Whole seconds until the next window begins; at least 1."""
        return self.seconds - int(now.timestamp()) % self.seconds


@dataclass(frozen=True, slots=True)
class Counter:
    """One counter of a request: `subject` is counted within its owner; empty for the owner itself."""

    window: Window
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """A window with the requests remaining after the current one."""

    window: Window
    remaining: int
    resets_in: int


@dataclass(frozen=True, slots=True)
class RateDecision:
    """Whether a request is allowed, and the state of all its windows."""

    allowed: bool
    rates: tuple[Rate, ...]

    @property
    def tightest(self) -> Rate | None:
        """The window with the fewest requests remaining; among equals the one that resets last."""
        return min(self.rates, key=lambda rate: (rate.remaining, -rate.resets_in), default=None)


UNCOUNTED: Final = RateDecision(allowed=True, rates=())
"""For when counting failed: the limiter fails open."""
