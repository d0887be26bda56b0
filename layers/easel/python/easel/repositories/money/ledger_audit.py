"""What the auditor reads of the ledger: everything, in the order of time, however long the history is."""

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
        """Holds without a resolution, and from which id on those are that may still be on their way."""
        holds = self._all(f"WS#{workspace_id}", f"HOLD#{since}", "HOLD#~")
        resolutions = self._all(f"WS#{workspace_id}", f"RESOLUTION#{since}", "RESOLUTION#~")
        # Both are in the order of their ids: side by side, however long the history is.
        resolved = (item["sk"].removeprefix("RESOLUTION#") for item in resolutions)
        latest, last, found = next(resolved, None), since, []
        for hold in (hold_from(workspace_id, item) for item in holds):
            while latest is not None and latest < hold.id:
                latest = next(resolved, None)
            if latest != hold.id:
                found.append(hold)
            last = hold.id
        return found, _a_while_before(last)

    def is_resolved(self, hold: Hold) -> bool:
        """Whether a hold was posted or voided."""
        key = ledger_key(hold.workspace_id, "RESOLUTION", hold.id)
        return self._table.get(key) is not None

    def counter_entries(self, account: str, *, end: datetime | None = None) -> Iterator[Entry]:
        """Every entry on the other side."""
        return map(entry_from, self._counter_items(account, end))

    def counter_sums(self, end: datetime) -> tuple[Mapping[str, int], int]:
        """By workspace, what the other sides of its entries before `end` come to; and how many cannot be read."""
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
        """Every workspace that has a wallet, beginning with the n-th part of them."""
        for shard in range(first_shard, first_shard + WALLET_SHARDS):
            yield from (item["sk"] for item in self._all(f"WALLETS#{shard % WALLET_SHARDS}", " ", "~"))

    def _all(self, partition: str, low: str, high: str) -> Iterator[Values]:
        yield from self._table.records(Query.between(partition, low, high))


def _report(item: Values) -> None:
    logger.error("an entry cannot be read", extra={"pk": item["pk"], "sk": item["sk"]})


def _a_while_before(hold_id: str) -> str:
    """A UUIDv7 of an hour earlier: longer than any transaction takes, or any clock is wrong."""
    if not hold_id:
        return ""
    return str(uuid7((UUID(hold_id).int >> 80) - 3_600_000, lambda _: 0))
