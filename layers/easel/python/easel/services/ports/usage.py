"""What users have running and have used, for limits and for reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from easel.domain.generation import Generation
from easel.domain.image import Image
from easel.domain.request import Channel
from easel.domain.usage import UsageRow
from easel.services.ports.transactions import Write


@dataclass(frozen=True, slots=True)
class UsageRule:
    """The limits that a submit must keep: what may run at once per channel, and generations per day."""

    max_active: int
    max_per_day: int


@dataclass(frozen=True, slots=True)
class UsageToday:
    """How far a user is: generations of today, and what is running."""

    generations: int
    active_ids: tuple[str, ...]


class UsageCounters(Protocol):
    """What a user runs at once and has asked for today."""

    def starting(self, generation: Generation, rule: UsageRule) -> Write:
        """Count a new generation. Conflict: LimitReached."""
        ...

    def ending(self, generation: Generation) -> Write:
        """It no longer runs. Never conflicts, and a repeat changes nothing."""
        ...

    def today(self, workspace_id: str, user_id: str, channel: Channel, now: datetime) -> UsageToday: ...


class UsageSummaries(Protocol):
    """Totals per user, model, provider and day."""

    def adding(self, generation: Generation) -> Sequence[Write]:
        """Count an ended generation. Never conflicts; being in the closing transaction makes it count once."""
        ...

    def correcting(self, generation: Generation, image: Image) -> Write:
        """Count a picture that came after its generation had ended, at what it cost. Never conflicts."""
        ...


class UsageReports(Protocol):
    """The totals, to be read."""

    def rows(self, workspace_id: str, first_day: str, last_day: str, *, limit: int) -> Sequence[UsageRow]:
        """Rows of these days (both included), at most so many."""
        ...
