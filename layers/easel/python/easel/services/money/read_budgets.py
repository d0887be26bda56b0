"""Read the monthly budgets of a workspace and of its keys."""

from __future__ import annotations

from collections.abc import Callable

from easel.clock import Clock
from easel.domain.budgets import Budget, BudgetScope, month_of
from easel.errors import NotFound
from easel.services.accounts.principal import Principal
from easel.services.ports.accounts import ApiKeyRecord
from easel.services.ports.money import Budgets

FindKey = Callable[[str, str], ApiKeyRecord | None]
"""(workspace id, key id) -> the key, or None if the workspace has no such key."""


class ReadBudgets:
    """Works within the caller's workspace only. A key's budget limits what it spends of this workspace's wallet."""

    def __init__(self, *, budgets: Budgets, find_key: FindKey, clock: Clock) -> None:
        self._budgets = budgets
        self._find_key = find_key
        self._clock = clock

    def of_workspace(self, principal: Principal) -> Budget:
        """The budget of this month."""
        (budget,) = self._get(principal, None)
        return budget

    def of_key(self, principal: Principal, key_id: str) -> tuple[Budget, ...]:
        """The key's own budget of this month, then those of the keys that created it, which limit it too.

        Raises NotFound for a key that the workspace does not have.
        """
        return self._get(principal, *_find(principal, key_id, self._find_key).budget_keys)

    def _get(self, principal: Principal, *keys: str | None) -> tuple[Budget, ...]:
        scopes = [BudgetScope(principal.workspace_id, key_id) for key_id in keys]
        return tuple(self._budgets.get(scopes, month_of(self._clock())))


def budget_scope(principal: Principal, key_id: str | None, find_key: FindKey) -> BudgetScope:
    """The scope of the workspace, or of one of its keys. Raises NotFound for a key that the workspace does not have."""
    if key_id is None:
        return BudgetScope(principal.workspace_id)
    # A rotated key keeps its budget.
    return BudgetScope(principal.workspace_id, _find(principal, key_id, find_key).budget_keys[0])


def _find(principal: Principal, key_id: str, find_key: FindKey) -> ApiKeyRecord:
    record = find_key(principal.workspace_id, key_id)
    if record is None:
        raise NotFound(f"There is no key {key_id}.")
    return record
