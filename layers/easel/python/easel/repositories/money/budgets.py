"""Budgets in DynamoDB: of the keys in records of their own, of a workspace in its wallet (`budget_items.py`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from easel.domain.budgets import Budget, BudgetNotice, BudgetScope, month_of
from easel.errors import EaselError, StaleWrite, WalletMissing
from easel.repositories.dynamodb import is_current
from easel.repositories.money.budget_items import BudgetChange, budget_from, budget_key, exceeded
from easel.repositories.money.budget_move import MOVED, BudgetMove
from easel.repositories.money.wallet_change import WalletChange
from easel.repositories.table import Change, Table, Values
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoBudgets:
    """`ports.money.Budgets`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)
        self._move = BudgetMove(client, table_name)

    def reserving(self, key: BudgetScope, amount: int, now: datetime) -> Write:
        month, change = month_of(now), Change([], [])
        BudgetChange(change, key, month).count(amount, now)

        def refused(found: dict[str, Any] | None) -> EaselError:
            return exceeded(key, month, amount, found or {})

        return self._table.updating("count against budget", budget_key(key), change, refused)

    def closing(
        self, key: BudgetScope, month: str, freed: int, notice: BudgetNotice = BudgetNotice.NONE
    ) -> Write | None:
        if not freed and not notice:
            return None
        change = Change([], [])
        BudgetChange(change, key, month).close(freed, notice)
        return self._table.updating("free in budget", budget_key(key), change)

    def get(self, scopes: Sequence[BudgetScope], month: str) -> Sequence[Budget]:
        """The budgets of these scopes, in their order; one that was never set or used is empty."""
        records = zip(scopes, self._records(scopes), strict=True)
        return [
            budget_from(scope, month, record if scope.key_id else self._of_workspace(scope, record))
            for scope, record in records
        ]

    def _of_workspace(self, scope: BudgetScope, wallet: Values) -> Mapping[str, Any]:
        budget: Mapping[str, Any] | None = wallet.get("budget")
        if budget is not None:
            return budget
        old = self._move.old_budget(scope.workspace_id)
        if old.get("limit") != MOVED:
            return old
        # It was moved between the two reads.
        return self._of_workspace(scope, *self._records([scope]))

    def _records(self, scopes: Sequence[BudgetScope]) -> Sequence[Values]:
        keys = [budget_key(scope) for scope in scopes]
        found = self._table.get_all(keys, consistent=True)
        return [found.get((key["pk"], key["sk"]), {}) for key in keys]

    def setting(self, before: Budget, limit: int | None) -> Write:
        scope = before.scope
        change = Change([], []) if scope.key_id else WalletChange([], [])
        BudgetChange(change, scope, before.month).set_limit(before.limit, limit)

        def refused(found: dict[str, Any] | None) -> EaselError:
            if found is None and scope.key_id is None:
                return WalletMissing(f"Workspace {scope.workspace_id} has no wallet.")
            return StaleWrite("The budget changed since it was read.")

        upgrade = is_current if scope.key_id else self._move
        return self._table.updating("set budget", budget_key(scope), change, refused, upgrade)
