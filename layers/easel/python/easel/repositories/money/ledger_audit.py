"""The reads of the audit: the whole ledger in order of time, as iterators, so that its length does not matter."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Final
from uuid import UUID

from easel.domain.credits import EXPIRED, REVENUE, Entry, GrantKind, Hold
from easel.ids import uuid7
from easel.repositories.money.ledger_items import (
    ACCOUNT_SHARDS,
    WALLET_SHARDS,
    entry_from,
    entry_range,
    hold_from,
    ledger_key,
)
from easel.repositories.table import Query, Table, Values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

logger = logging.getLogger(__name__)

_OTHER_SIDES: Final = (REVENUE, EXPIRED, *GrantKind)


class DynamoLedgerAudit:
    """`reconcile_ledger.LedgerAudit`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def all_entries(
        self, workspace_id: str, *, start: datetime | None = None, end: datetime | None = None
    ) -> Iterator[Entry]:
        """Every entry of a wallet, oldest first, from `start` on and before `end`."""
        return map(entry_from, self._all(f"WS#{workspace_id}", *entry_range(start, end)))

    def open_holds(self, workspace_id: str, *, since: str = "") -> tuple[Sequence[Hold], str]:
        """Holds without a resolution, and the id from which on others may still be in flight."""
        last, found = since, []
        for item in self._all(f"WS#{workspace_id}", f"HOLD#{since}", "HOLD#~"):
            hold = hold_from(workspace_id, item)
            if "resolution" not in item:
                found.append(hold)
            last = hold.id
        return found, _a_while_before(last)

    def is_resolved(self, hold: Hold) -> bool:
        """Whether a hold was posted or voided."""
        item = self._table.get(ledger_key(hold.workspace_id, "HOLD", hold.id))
        return item is not None and "resolution" in item

    def counter_entries(self, account: str, *, end: datetime | None = None) -> Iterator[Entry]:
        """Every counter-entry of an account."""
        return map(entry_from, self._counter_items(account, end))

    def counter_sums(self, end: datetime) -> tuple[Mapping[str, int], int]:
        """The sum of the counter-entries before `end` by workspace, and the number of unreadable ones."""
        sums: dict[str, int] = {}
        unreadable = 0
        for item in chain.from_iterable(self._counter_items(account, end) for account in _OTHER_SIDES):
            try:
                workspace_id, amount = item["workspaceId"], entry_from(item).amount
                sums[workspace_id] = sums.get(workspace_id, 0) + amount
            except (KeyError, TypeError, ValueError):
                unreadable += 1
                _report(item)
        return sums, unreadable

    def _counter_items(self, account: str, end: datetime | None) -> Iterator[Values]:
        for shard in range(ACCOUNT_SHARDS):
            yield from self._all(f"ACCOUNT#{account}#{shard}", *entry_range(None, end))

    def workspaces(self, first_shard: int = 0) -> Iterator[str]:
        """Every workspace that has a wallet, beginning with this shard."""
        for shard in range(first_shard, first_shard + WALLET_SHARDS):
            yield from (item["sk"] for item in self._all(f"WALLETS#{shard % WALLET_SHARDS}", " ", "~"))

    def _all(self, partition: str, low: str, high: str) -> Iterator[Values]:
        yield from self._table.records(Query.between(partition, low, high))


def _report(item: Values) -> None:
    logger.error("an entry cannot be read", extra={"pk": item["pk"], "sk": item["sk"]})


def _a_while_before(hold_id: str) -> str:
    """A UUIDv7 of an hour earlier: more than the duration of a transaction and the error of a clock."""
    if not hold_id:
        return ""
    return str(uuid7((UUID(hold_id).int >> 80) - 3_600_000, lambda _: 0))
