"""Budgets: what a workspace, or one of its keys, may spend in a month. A hard limit, with an alert before it.

Charges and open holds count, in the calendar month (UTC) in which a generation was submitted. The part of a hold that
is not charged is freed in the same month.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

MAX_BUDGET_KEYS: Final = 4
"""The number of keys' budgets that one request may count against: each is a write of the submit's transaction."""
ALERT_PERCENT: Final = 80
"""The share of a budget at which an alert is sent, once a month."""


class BudgetKind(StrEnum):
    """What a budget limits."""

    WORKSPACE = "workspace"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class BudgetScope:
    """All spending of a workspace, or that of one of its keys."""

    workspace_id: str
    key_id: str | None = None

    @property
    def kind(self) -> BudgetKind:
        return BudgetKind.KEY if self.key_id else BudgetKind.WORKSPACE


@dataclass(frozen=True, slots=True)
class Budget:
    """A budget in one month (`2026-11`). `limit` is None where spending is counted but not limited.

    `used` is the sum of charges and open holds in milli-credits. It may exceed a limit that was set later.
    """

    scope: BudgetScope
    month: str
    limit: int | None
    used: int = 0
    alerted: bool = False

    @property
    def remaining(self) -> int | None:
        """The amount that may still be spent; None without a limit."""
        return None if self.limit is None else max(self.limit - self.used, 0)

    @property
    def needs_alert(self) -> bool:
        """Whether an alert is due."""
        return self.limit is not None and not self.alerted and self.used * 100 >= self.limit * ALERT_PERCENT


def scopes_of(workspace_id: str, budget_keys: Sequence[str]) -> tuple[BudgetScope, ...]:
    """Every budget that a request counts against: that of the workspace and those of these keys."""
    return (BudgetScope(workspace_id), *(BudgetScope(workspace_id, key_id) for key_id in budget_keys))


def month_of(moment: datetime) -> str:
    """The budget month of a moment."""
    return f"{moment.astimezone(UTC):%Y-%m}"


def month_ends(moment: datetime) -> datetime:
    """The end of the month of this moment, when its budgets reset."""
    year, month = divmod(moment.year * 12 + moment.month, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)
