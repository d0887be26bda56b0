"""Events that concern what a workspace may spend."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from easel.domain.budgets import ALERT_PERCENT, Budget, BudgetNotice
from easel.domain.credits import Wallet
from easel.domain.events.event import Event, new_event

BUDGET_ALERT: Final = "budget.alert"
BUDGET_REACHED: Final = "budget.reached"
CREDITS_LOW: Final = "credits.low"


def budget_notice(budget: Budget, notice: BudgetNotice, request_id: str, now: datetime) -> Event:
    """The event for a budget of which most is used, or that is reached.

    Raises ValueError for a scope without a limit.
    """
    scope, remaining = budget.scope, budget.remaining
    if remaining is None:
        raise ValueError("a budget without a limit has no notice")
    reached = notice is BudgetNotice.REACHED
    event_type = BUDGET_REACHED if reached else BUDGET_ALERT
    # A changed limit has notices of its own.
    subject = f"{scope.workspace_id} {scope.key_id} {budget.month} {budget.limit}"
    data = {
        "budget": {
            "scope": scope.kind.value,
            "keyId": scope.key_id,
            "month": budget.month,
            "thresholdPercent": 100 if reached else ALERT_PERCENT,
            "limitMilliCredits": budget.limit,
            "usedMilliCredits": budget.used,
            "remainingMilliCredits": remaining,
        }
    }
    return new_event(event_type, scope.workspace_id, subject, data, occurred_at=now, request_id=request_id)


def credits_low(wallet: Wallet, charged: int, request_id: str, now: datetime) -> Event:
    """The event for a balance that is low after a charge. `wallet` is what is left."""
    subject = f"{wallet.workspace_id} {wallet.granted}"
    data = {
        "wallet": {
            "availableMilliCredits": wallet.available,
            "heldMilliCredits": wallet.held,
            "chargedMilliCredits": charged,
        }
    }
    return new_event(CREDITS_LOW, wallet.workspace_id, subject, data, occurred_at=now, request_id=request_id)
