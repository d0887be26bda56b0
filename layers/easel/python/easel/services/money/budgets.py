"""Read and set the monthly budgets of a workspace and of its keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from easel.clock import Clock
from easel.domain.budgets import Budget, BudgetScope, month_of
from easel.errors import Contended, NotFound
from easel.services.accounts.principal import Principal
from easel.services.ports.money import Budgets

_MAX_TRIES: Final = 5

KeyExists = Callable[[str, str], bool]
"""(workspace id, key id): whether the workspace has such a key."""


class ManageBudgets:
    """Works within the caller's workspace only. A key's budget limits what it spends of this workspace's wallet."""

    def __init__(self, *, budgets: Budgets, key_exists: KeyExists, clock: Clock) -> None:
        self._budgets = budgets
        self._key_exists = key_exists
        self._clock = clock

    def get(self, principal: Principal, key_id: str | None = None) -> Budget:
        """The budget of this month. Raises NotFound for a key that the workspace does not have."""
        (budget,) = self._budgets.get([self._scope(principal, key_id)], month_of(self._clock()))
        return budget

    def set(self, principal: Principal, limit: int | None, key_id: str | None = None) -> Budget:
        """Set the limit in milli-credits, or take it away; what was used this month counts from the start of it.

        Raises:
            NotFound: a key that the workspace does not have.
            Contended: others kept changing it.
        """
        scope = self._scope(principal, key_id)
        for _ in range(_MAX_TRIES):
            budget = self._budgets.set_limit(scope, limit, self._clock())
            if budget is not None:
                return budget
        raise Contended("The budget kept changing; nothing was written, please try again.")

    def _scope(self, principal: Principal, key_id: str | None) -> BudgetScope:
        if key_id is not None and not self._key_exists(principal.workspace_id, key_id):
            raise NotFound(f"There is no key {key_id}.")
        return BudgetScope(principal.workspace_id, key_id)
