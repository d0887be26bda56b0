"""Budgets: what a workspace, or one of its keys, may spend in a month. A hard stop, with a warning before it.

What counts is what was charged and what is held, in the calendar month (UTC) in which a generation was asked for. What
a generation does not cost after all is free again in the month it was held in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

MAX_BUDGET_KEYS: Final = 4
"""How many keys' budgets one request may count against: each is a member of the submit's transaction."""
ALERT_PERCENT: Final = 80
"""From this share of a budget on its owner is told, once a month."""


class BudgetKind(StrEnum):
    """Whose spending it limits."""

    WORKSPACE = "workspace"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class BudgetScope:
    """A workspace's whole spending, or that of one of its keys."""

    workspace_id: str
    key_id: str | None = None

    @property
    def kind(self) -> BudgetKind:
        return BudgetKind.KEY if self.key_id else BudgetKind.WORKSPACE


@dataclass(frozen=True, slots=True)
class Budget:
    """A budget in one month (`2026-11`). `limit` is None where spending is counted but not limited.

    `used` is what was charged and what is held, in milli-credits. It may be above a limit that was set later.
    """

    scope: BudgetScope
    month: str
    limit: int | None
    used: int = 0
    alerted: bool = False

    @property
    def remaining(self) -> int | None:
        """What may still be spent; None without a limit."""
        return None if self.limit is None else max(self.limit - self.used, 0)

    @property
    def needs_alert(self) -> bool:
        """Whether its owner has to be told now."""
        return self.limit is not None and not self.alerted and self.used * 100 >= self.limit * ALERT_PERCENT


def scopes_of(workspace_id: str, budget_keys: Sequence[str]) -> tuple[BudgetScope, ...]:
    """Every budget that a request counts against: the workspace's, and those of these keys."""
    return (BudgetScope(workspace_id), *(BudgetScope(workspace_id, key_id) for key_id in budget_keys))


def month_of(moment: datetime) -> str:
    """The month that something belongs to."""
    return f"{moment.astimezone(UTC):%Y-%m}"


def month_ends(moment: datetime) -> datetime:
    """When the month of this moment is over, and its budgets begin anew."""
    year, month = divmod(moment.year * 12 + moment.month, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)
