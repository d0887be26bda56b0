"""Budgets: what a workspace, or one of its keys, may spend in a month. A hard limit, with an alert before it.

Charges and open holds count, in the calendar month (UTC) in which a generation was submitted. The part of a hold that
is not charged is freed in the same month.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from typing import Final

MAX_BUDGET_KEYS: Final = 4
"""The number of keys' budgets that one request may count against: each is a write of the submit's transaction."""
ALERT_PERCENT: Final = 80
"""The share of a budget at which an alert is sent, once a month."""


class BudgetNotice(IntEnum):
    """What the owner of a budget was told this month; each follows the one before it."""

    NONE = 0
    ALERT = 1
    """`ALERT_PERCENT` is used."""
    REACHED = 2
    """What remains does not pay for another generation like the last one."""


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

    `used` is the sum of charges and open holds in milli-credits. It may exceed a limit that was set later. `told` is
    the last notice that was sent in this month about this limit.
    """

    scope: BudgetScope
    month: str
    limit: int | None
    used: int = 0
    told: BudgetNotice = BudgetNotice.NONE

    @property
    def remaining(self) -> int | None:
        """The amount that may still be spent; None without a limit."""
        return None if self.limit is None else max(self.limit - self.used, 0)

    def notice_after(self, charge: int) -> BudgetNotice:
        """The notice that is due after this charge; NONE when it was sent before, or nothing has to be said."""
        if self.limit is None:
            return BudgetNotice.NONE
        due = BudgetNotice.NONE
        if self.used * 100 >= self.limit * ALERT_PERCENT:
            due = BudgetNotice.ALERT
        if self.limit - self.used < charge:
            due = BudgetNotice.REACHED
        return due if due > self.told else BudgetNotice.NONE


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
