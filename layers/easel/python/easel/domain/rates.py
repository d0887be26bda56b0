"""Request rates: how many requests fit into a window of the clock, for whom, and when it begins anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

MINUTE: Final = 60
HOUR: Final = 3_600


@dataclass(frozen=True, slots=True)
class Window:
    """A limit: so many requests per window of `seconds`. Windows are aligned to the clock.

    `name` says for whom it counts: `user`, `workspace` or `address`.
    """

    name: str
    limit: int
    seconds: int

    def resets_in(self, now: datetime) -> int:
        """Whole seconds until the next window begins; at least 1."""
        return self.seconds - int(now.timestamp()) % self.seconds


@dataclass(frozen=True, slots=True)
class Counter:
    """One of the counts of a request: `subject` is who of its owner is counted, empty for the owner itself."""

    window: Window
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """A window with what is left in it after the request in hand."""

    window: Window
    remaining: int
    resets_in: int


@dataclass(frozen=True, slots=True)
class RateDecision:
    """Whether a request may go on, and how all windows that it counts in stand."""

    allowed: bool
    rates: tuple[Rate, ...]

    @property
    def tightest(self) -> Rate | None:
        """The window that stops the caller first: the fullest, and among equals the one that lasts longest."""
        return min(self.rates, key=lambda rate: (rate.remaining, -rate.resets_in), default=None)


UNCOUNTED: Final = RateDecision(allowed=True, rates=())
"""For when nobody could count: a limit that cannot be kept must not keep everybody out."""
