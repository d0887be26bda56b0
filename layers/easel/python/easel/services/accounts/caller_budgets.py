"""The budgets by which a caller's key is limited."""

from __future__ import annotations

from datetime import datetime

from easel.domain.budgets import BudgetScope, month_of
from easel.services.accounts.principal import Principal
from easel.services.ports.money import Budgets


def is_limited(budgets: Budgets, principal: Principal, now: datetime) -> bool:
    """Whether a budget of a key limits what the caller may spend."""
    scopes = [BudgetScope(principal.workspace_id, key_id) for key_id in principal.budget_keys]
    return any(budget.limit is not None for budget in budgets.get(scopes, month_of(now))) if scopes else False
