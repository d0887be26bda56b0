"""Budgets in the ledger table: their places, their stored form, and the expressions that change them.

    WS#<workspace> / WALLET                attribute `budget`: the limit, and per month the remaining amount
    WS#<workspace> / BUDGET#KEY#<key id>   the same for the spending of one key

What a workspace spends changes its wallet anyway. Condition expressions cannot calculate, so there is the remaining
amount instead of the used one. Spending is counted without a limit too, from a very large amount, so that a limit that
is set later includes earlier spending.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from easel.domain.budgets import Budget, BudgetNotice, BudgetScope, month_of
from easel.errors import BudgetExceeded
from easel.repositories.keys import Key
from easel.repositories.money.ledger_items import wallet_key
from easel.repositories.table import Change

ENDLESS: Final = 10**15
"""Milli-credits. Stands for no limit."""


def budget_key(scope: BudgetScope) -> Key:
    """The record that has the budget."""
    if scope.key_id is None:
        return wallet_key(scope.workspace_id)
    return {"pk": f"WS#{scope.workspace_id}", "sk": f"BUDGET#KEY#{scope.key_id}"}


def budget_from(scope: BudgetScope, month: str, values: Mapping[str, Any]) -> Budget:
    """A budget from its attributes; without any it was never set or used."""
    limit = values.get("limit")
    whole = ENDLESS if limit is None else limit
    return Budget(
        scope=scope,
        month=month,
        limit=limit,
        used=whole - values.get(left_name(month), whole),
        told=_notice_from(values.get("told", ""), month),
    )


def exceeded(scope: BudgetScope, month: str, amount: int, values: Mapping[str, Any]) -> BudgetExceeded:
    """Why a hold of this amount is refused."""
    budget = budget_from(scope, month, values)
    return BudgetExceeded(scope.kind.value, limit=budget.limit or 0, used=budget.used, required=amount)


def left_name(month: str) -> str:
    """The attribute of what remains of a month."""
    return f"left:{month}"


class BudgetChange:
    """Adds the change of a budget to that of its record."""

    def __init__(self, change: Change, scope: BudgetScope, month: str) -> None:
        within = "" if scope.key_id else "budget."
        self._left, self._limit, self._told, self._old = (
            f"{within}#{name}" for name in ("left", "limit", "told", "old")
        )
        self._change, self._month = change, month
        change.names |= {"#left": left_name(month), "#limit": "limit"}
        if within:
            # Fails on a wallet whose budget has to be moved first (budget_move.py).
            change.conditions.append("attribute_exists(budget)")

    def count(self, amount: int, now: datetime) -> None:
        """Count a hold, if enough is left."""
        left, limit = self._left, self._limit
        self._change.names["#old"] = left_name(_two_months_back(now))
        self._change.values |= {":counted": amount, ":endless": ENDLESS}
        self._change.sets.append(f"{left} = {self._whole_or_left} - :counted")
        self._change.removes.append(self._old)
        self._change.conditions.append(
            f"(attribute_not_exists({limit}) OR {left} >= :counted OR "
            f"(attribute_not_exists({left}) AND {limit} >= :counted))"
        )

    def close(self, freed: int, notice: BudgetNotice) -> None:
        """Give back what is not charged, and record that the owner is told.

        The latter fails if this notice, or a later one, was sent this month.
        """
        self._change.values |= {":uncounted": freed, ":endless": ENDLESS}
        self._change.sets.append(f"{self._left} = {self._whole_or_left} + :uncounted")
        if notice is BudgetNotice.NONE:
            return
        self._change.names["#told"] = "told"
        self._change.values[":told"] = _told_text(self._month, notice)
        self._change.sets.append(f"{self._told} = :told")
        self._change.conditions.append(f"(attribute_not_exists({self._told}) OR {self._told} < :told)")

    def set_limit(self, before: int | None, limit: int | None) -> None:
        """Set or remove the limit, if it is what it was before."""
        was, is_ = (ENDLESS if amount is None else amount for amount in (before, limit))
        self._change.names["#told"] = "told"
        self._change.values |= {":was": was, ":change": is_ - was}
        self._change.sets.append(f"{self._left} = if_not_exists({self._left}, :was) + :change")
        self._change.removes.append(self._told)
        if limit is None:
            self._change.removes.append(self._limit)
        else:
            self._change.values[":limit"] = limit
            self._change.sets.append(f"{self._limit} = :limit")
        self._change.conditions.append(
            f"attribute_not_exists({self._limit})" if before is None else f"{self._limit} = :was"
        )

    @property
    def _whole_or_left(self) -> str:
        return f"if_not_exists({self._left}, if_not_exists({self._limit}, :endless))"


def _told_text(month: str, notice: BudgetNotice) -> str:
    """Increases from notice to notice and from month to month."""
    return f"{month}#{notice.value}"


def _notice_from(told: str, month: str) -> BudgetNotice:
    told_month, _, notice = told.partition("#")
    return BudgetNotice(int(notice)) if told_month == month else BudgetNotice.NONE


def _two_months_back(moment: datetime) -> str:
    """A month without open holds."""
    first = datetime(moment.year, moment.month, 1, tzinfo=UTC)
    return month_of((first - timedelta(days=1)).replace(day=1) - timedelta(days=1))
