"""Usage: sums of ended generations by day, user, model, provider and API key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final


@dataclass(frozen=True, slots=True)
class UsageSums:
    """Sums that can be added.

    `charged` is in milli-credits, costs in micro-USD. `uncertain_cost` is the part of `provider_cost` that a provider
    may not bill: calls with unknown outcome.
    """

    generations: int = 0
    images_completed: int = 0
    images_failed: int = 0
    images_late: int = 0
    charged: int = 0
    provider_cost: int = 0
    uncertain_cost: int = 0

    def __add__(self, other: UsageSums) -> UsageSums:
        return UsageSums(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))

    @property
    def success_rate(self) -> float | None:
        """The share of images that were delivered, from 0 to 1; None while none has ended either way."""
        ended = self.images_completed + self.images_failed
        return self.images_completed / ended if ended else None


@dataclass(frozen=True, slots=True)
class UsageRow:
    """The usage of one user, model, provider and API key on one day (UTC, `2026-11-20`).

    `key_id` stays the same when a key is rotated; it is empty for callers without a key.
    """

    day: str
    user_id: str
    model: str
    provider: str
    sums: UsageSums
    key_id: str = ""


@dataclass(frozen=True, slots=True)
class LifetimeTotals:
    """Everything that ended so far: of one user, or of a workspace.

    `generations_kept` are those of `generations_completed` that have not been deleted since.
    """

    generations_completed: int = 0
    generations_kept: int = 0
    images_completed: int = 0
    provider_cost_micro_usd: int = 0

    def __add__(self, other: LifetimeTotals) -> LifetimeTotals:
        return LifetimeTotals(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


GROUPS: Final[Mapping[str, Callable[[UsageRow], str]]] = {
    "day": lambda row: row.day,
    "month": lambda row: row.day[:7],
    "user": lambda row: row.user_id,
    "model": lambda row: row.model,
    "provider": lambda row: row.provider,
    "key": lambda row: row.key_id,
}
"""Groupings of usage reports."""


def grouped(rows: Iterable[UsageRow], by: str) -> dict[str, UsageSums]:
    """The sums per group, sorted by name. Raises KeyError for an unknown grouping."""
    name_of = GROUPS[by]
    sums: dict[str, UsageSums] = {}
    for row in rows:
        name = name_of(row)
        sums[name] = sums.get(name, UsageSums()) + row.sums
    return dict(sorted(sums.items()))


def grouped_by_day(rows: Iterable[UsageRow], by: str, days: Sequence[str]) -> dict[str, dict[str, UsageSums]]:
    """The sums per group of each of these days; a day without usage has no groups. Rows of other days are left out."""
    rows_of: dict[str, list[UsageRow]] = {day: [] for day in days}
    for row in rows:
        if row.day in rows_of:
            rows_of[row.day].append(row)
    return {day: grouped(found, by) for day, found in rows_of.items()}


def total(rows: Iterable[UsageRow]) -> UsageSums:
    """The sum of all rows."""
    return sum((row.sums for row in rows), UsageSums())
