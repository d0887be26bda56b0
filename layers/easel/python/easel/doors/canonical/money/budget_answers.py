"""Monthly budgets as the canonical door shows them."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from easel.clock import to_iso
from easel.domain.budgets import ALERT_PERCENT, Budget, BudgetNotice, month_ends
from easel.doors.canonical.money.answers import Amount
from easel.http.models import AnswerModel, Moment


class BudgetBody(AnswerModel):
    """A monthly budget. When it is used up, requests that cost something are answered 402 until `resetsAt`."""

    scope: str = Field(description="`workspace` or `key`.")
    key_id: str | None
    month: str = Field(examples=["2026-11"])
    limit: Amount | None = Field(description="Null: spending is counted and not limited.")
    used: Amount = Field(description="What was charged this month, and what is held.")
    remaining: Amount | None
    alert_percent: int = Field(description="From this share on an event `budget.alert` is sent, once a month.")
    alerted: bool = Field(description="Whether it was sent this month for this limit.")
    reached: bool = Field(
        description="Whether `budget.reached` was sent: what was left did not pay for another like the last."
    )
    resets_at: Moment


class InheritedBudgetBody(AnswerModel):
    """The budget of a key that created this one, directly or not. What this key spends counts in it."""

    key_id: str
    limit: Amount
    remaining: Amount


class KeyBudgetBody(BudgetBody):
    """The monthly budget of a key, and what else limits what the key spends."""

    inherited: list[InheritedBudgetBody] = Field(description="Limits of the keys that created it; empty without any.")


def budget_body(budget: Budget) -> BudgetBody:
    """A budget in its month."""
    month = datetime.fromisoformat(f"{budget.month}-01T00:00:00+00:00")
    return BudgetBody(
        scope=budget.scope.kind.value,
        key_id=budget.scope.key_id,
        month=budget.month,
        limit=None if budget.limit is None else Amount.of(budget.limit),
        used=Amount.of(budget.used),
        remaining=None if budget.remaining is None else Amount.of(budget.remaining),
        alert_percent=ALERT_PERCENT,
        alerted=budget.told >= BudgetNotice.ALERT,
        reached=budget.told >= BudgetNotice.REACHED,
        resets_at=to_iso(month_ends(month)),
    )


def key_budget_body(own: Budget, *creators: Budget) -> KeyBudgetBody:
    """A key's budget in its month, with the limits of its creators."""
    inherited = [
        InheritedBudgetBody(key_id=key_id, limit=Amount.of(limit), remaining=Amount.of(remaining))
        for key_id, limit, remaining in ((one.scope.key_id, one.limit, one.remaining) for one in creators)
        if key_id is not None and limit is not None and remaining is not None
    ]
    return KeyBudgetBody(**dict(budget_body(own)), inherited=inherited)
