"""Set the monthly budgets of a workspace and of its keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from easel.clock import Clock
from easel.domain.access import WORKSPACE_ADMIN
from easel.domain.budgets import Budget, BudgetNotice, month_of
from easel.errors import Contended, Forbidden, StaleWrite, WalletMissing
from easel.services.accounts.caller_budgets import is_limited
from easel.services.accounts.principal import Principal
from easel.services.accounts.standing import Standing
from easel.services.money.read_budgets import FindKey, budget_scope
from easel.services.ports.money import Budgets
from easel.services.ports.transactions import UnitOfWork

_MAX_TRIES: Final = 5


class SetBudgets:
    """Works within the caller's workspace only. A key's budget limits what it spends of this workspace's wallet."""

    def __init__(
        self,
        *,
        budgets: Budgets,
        find_key: FindKey,
        standing: Standing,
        open_account: Callable[[str, tuple[str, ...]], None],
        unit_of_work: UnitOfWork,
        clock: Clock,
    ) -> None:
        self._budgets = budgets
        self._find_key = find_key
        self._standing = standing
        self._open_account = open_account
        self._unit_of_work = unit_of_work
        self._clock = clock

    def __call__(self, principal: Principal, limit: int | None, key_id: str | None = None) -> Budget:
        """Set the limit in milli-credits, or remove it; spending of the whole current month counts.

        Raises:
            NotFound: a key that the workspace does not have.
            Forbidden: a key that would change a budget that limits it.
            Contended: every retry lost against other writers.
        """
        scope = budget_scope(principal, key_id, self._find_key)
        now = self._clock()
        if scope.key_id in principal.budget_keys and is_limited(self._budgets, principal, now):
            raise Forbidden("Your key cannot change a budget that limits it.")
        month = month_of(now)
        for _ in range(_MAX_TRIES):
            (before,) = self._budgets.get([scope], month)
            checks = self._standing(principal, principal.workspace_id, WORKSPACE_ADMIN)
            try:
                self._unit_of_work.commit(*checks, self._budgets.setting(before, limit))
            except StaleWrite:
                continue
            except WalletMissing:
                self._open_account(principal.workspace_id, principal.identities)
                continue
            return replace(before, limit=limit, told=BudgetNotice.NONE)
        raise Contended("The budget kept changing; nothing was written, please try again.")
