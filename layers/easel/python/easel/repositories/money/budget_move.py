"""Moves the budget of a workspace into its wallet. Until 2026-12 it was a record of its own, `BUDGET#WORKSPACE`.

A wallet of that time has no `budget`. What counts in a budget requires that attribute, so it fails on such a wallet,
moves the budget, and comes again. The old record stays as a mark on which the code of before fails without writing
anything: while a release is rolled out, both are at work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from easel.clock import system_clock
from easel.domain.budgets import month_of
from easel.errors import StaleWrite
from easel.repositories.attribute_values import to_item
from easel.repositories.dynamodb import DynamoTransactions, TransactionWrite
from easel.repositories.keys import Key
from easel.repositories.money.budget_items import left_name
from easel.repositories.money.ledger_items import wallet_key
from easel.repositories.money.wallet_change import WalletChange
from easel.repositories.table import Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOVED: Final = "in the wallet"
"""Instead of a limit. Code of before compares it with an amount, which fails, or adds one to it, which is an error."""


class BudgetMove:
    """Brings wallets to today's form."""

    def __init__(self, client: DynamoDBClient, table_name: str, clock: Callable[[], datetime] = system_clock) -> None:
        self._table = Table(client, table_name)
        self._transactions = DynamoTransactions(client)
        self._clock = clock

    def __call__(self, wallet: Mapping[str, Any]) -> bool:
        """The `Upgrade` of wallets."""
        if "budget" in wallet:
            return False
        workspace_id = wallet["workspaceId"]
        budget, mark = self.taking(workspace_id)
        change = WalletChange(["budget = :budget"], ["attribute_not_exists(budget)"], {":budget": budget})
        # It is moved by somebody else, or counted in again before that: the transaction that comes again will see.
        with suppress(StaleWrite):
            self._transactions.commit(mark, self._table.updating("move budget", wallet_key(workspace_id), change))
        return True

    def taking(self, workspace_id: str) -> tuple[Mapping[str, Any], TransactionWrite]:
        """The budget for the wallet, and the write that marks the old record. Conflict: StaleWrite, if it changed."""
        budget = self.old_budget(workspace_id)
        names = {"limit", "told", *budget, *(left_name(month_of(now)) for now in self._around_now())}
        numbered = {f"#n{number}": name for number, name in enumerate(sorted(names))}
        held = {label: budget[name] for label, name in numbered.items() if name in budget}
        conditions = [
            f"{label} = :{label[1:]}" if label in held else f"attribute_not_exists({label})" for label in numbered
        ]
        action: dict[str, Any] = {
            "TableName": self._table.name,
            "Item": to_item({**_old_key(workspace_id), "entity": "MOVED_BUDGET", "limit": MOVED, "schema": 1}),
            "ConditionExpression": " AND ".join(conditions),
            "ExpressionAttributeNames": numbered,
        }
        if held:
            action["ExpressionAttributeValues"] = to_item({f":{label[1:]}": value for label, value in held.items()})
        return budget, TransactionWrite("mark old budget", {"Put": action}, _changed)

    def old_budget(self, workspace_id: str) -> Mapping[str, Any]:
        """The attributes of a budget that was not moved yet."""
        found = self._table.get(_old_key(workspace_id)) or {}
        return {name: value for name, value in found.items() if name not in {"pk", "sk", "entity", "schema"}}

    def _around_now(self) -> tuple[datetime, datetime, datetime]:
        """A new month may begin before the write, and code of before may still count in the last one."""
        now, hour = self._clock(), timedelta(hours=1)
        return now - hour, now, now + hour


def _old_key(workspace_id: str) -> Key:
    return {"pk": f"WS#{workspace_id}", "sk": "BUDGET#WORKSPACE"}


def _changed(_: dict[str, Any] | None) -> StaleWrite:
    return StaleWrite("The budget changed while it was moved.")
