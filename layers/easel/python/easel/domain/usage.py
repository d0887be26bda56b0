"""Usage: sums of ended generations by day, user, model, provider and API key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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
    """Everything that ended so far: of one user, or of a workspace."""

    generations_completed: int = 0
    images_completed: int = 0
    provider_cost_micro_usd: int = 0

    def __add__(self, other: LifetimeTotals) -> LifetimeTotals:
        return LifetimeTotals(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


GROUPS: Final[Mapping[str, Callable[[UsageRow], str]]] = {
    "day": lambda row: row.day,
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


def total(rows: Iterable[UsageRow]) -> UsageSums:
    """The sum of all rows."""
    return sum((row.sums for row in rows), UsageSums())
