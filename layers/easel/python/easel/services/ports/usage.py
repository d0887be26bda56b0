"""Usage: limits and reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from easel.domain.generation import Generation
from easel.domain.image import Status
from easel.domain.request import Channel
from easel.domain.usage import LifetimeTotals, UsageRow
from easel.services.ports.transactions import Write


@dataclass(frozen=True, slots=True)
class UsageRule:
    """The limits of a submit: concurrent generations per channel, and generations per day."""

    max_active: int
    max_per_day: int


@dataclass(frozen=True, slots=True)
class UsageToday:
    """Today's generations of a user, and the running ones."""

    generations: int
    active_ids: tuple[str, ...]


class UsageCounters(Protocol):
    """Running and daily generations of users."""

    def starting(self, generation: Generation, rule: UsageRule) -> Write:
        """Count a new generation. Conflict: LimitReached."""
        ...

    def ending(self, generation: Generation) -> Write:
        """Count the end of a generation. Never conflicts; as part of the closing transaction it is counted once."""
        ...

    def totals(self, workspace_id: str) -> LifetimeTotals:
        """What the users of a workspace have had made so far."""
        ...

    def today(self, workspace_id: str, user_id: str, channel: Channel, now: datetime) -> UsageToday: ...


class GenerationCounts(Protocol):
    """How many generations a workspace has."""

    def total(self, workspace_id: str, status: Status | None) -> int:
        """Of one status, or of all. Counters, not a count of what is read."""
        ...

    def deleting(self, generation: Generation) -> Write:
        """Count an ended generation no longer. Never conflicts; it is part of the transaction that deletes it."""
        ...


class UsageSummaries(Protocol):
    """Totals per user, model, provider and day."""

    def adding(self, generation: Generation) -> Sequence[Write]:
        """Count an ended generation. Never conflicts; as part of the closing transaction it is counted once."""
        ...

    def correcting(self, generation: Generation, index: int) -> Sequence[Write]:
        """Count an image that came after its generation's end, with its cost, in the lifetime totals too.

        Never conflicts.
        """
        ...


class UsageReports(Protocol):
    """Reads the totals."""

    def rows(self, workspace_id: str, first_day: str, last_day: str, *, limit: int) -> Sequence[UsageRow]:
        """Rows of these days (both included), at most `limit`."""
        ...
