"""The reads of the ledger. Those of a single wallet are consistent, that of ended grants is an index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from easel.clock import from_iso, to_iso
from easel.domain.credits import (
    Entry,
    Grant,
    Hold,
    Wallet,
)
from easel.repositories.money.ledger_items import (
    EXPIRY_ASIDE,
    EXPIRY_PARTITIONS,
    entry_from,
    entry_range,
    grant_from,
    hold_from,
    ledger_key,
    wallet_from,
    wallet_key,
)
from easel.repositories.table import Query, Table, interleaved
from easel.services.ports.pages import Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class LedgerReads:
    """Wallets, holds, grants and entries as they are now."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def wallet(self, workspace_id: str) -> Wallet | None:
        """The balance, read consistently; None for a workspace without a wallet."""
        values = self._table.get(wallet_key(workspace_id))
        return wallet_from(values) if values else None

    def wallets(self, workspace_ids: Sequence[str]) -> Mapping[str, Wallet]:
        """The balances of several workspaces, a hundred at once; those without a wallet are left out."""
        found = self._table.get_all([wallet_key(workspace_id) for workspace_id in workspace_ids])
        wallets = (wallet_from(values) for values in found.values())
        return {wallet.workspace_id: wallet for wallet in wallets}

    def hold(self, workspace_id: str, hold_id: str) -> Hold | None:
        """A hold, resolved or not."""
        values = self._table.get(ledger_key(workspace_id, "HOLD", hold_id))
        return hold_from(workspace_id, values) if values else None

    def grant(self, workspace_id: str, grant_id: str) -> Grant | None:
        """A grant as it was added, used up or not."""
        values = self._table.get(ledger_key(workspace_id, "GRANT", grant_id))
        return grant_from(values) if values else None

    def trial_of(self, identity: str) -> datetime | None:
        """When this identity had its trial; None when it had none."""
        values = self._table.get({"pk": f"TRIAL#{identity}", "sk": "TRIAL"})
        return from_iso(values["createdAt"]) if values else None

    def entries(
        self,
        workspace_id: str,
        *,
        limit: int,
        after: str | None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> Page[Entry]:
        """The wallet's entries, newest first, from `start` on and before `end` where given."""
        partition = f"WS#{workspace_id}"
        query = Query.between(partition, *entry_range(start, end), newest_first=True)
        behind = {"pk": partition, "sk": after} if after else None
        items, more = self._table.page(query, limit=limit, start=behind)
        return Page.of(items, lambda item: str(item["sk"]), more=more).map(entry_from)

    def ended_grants(self, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """(workspace id, grant id) of ended grants that may have credits left."""
        found = interleaved((self._ended(partition, now, limit) for partition in EXPIRY_PARTITIONS), limit)
        return [*found, *self._ended(EXPIRY_ASIDE, now, limit - len(found))]

    def _ended(self, partition: str, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
        query = Query(
            "expiryShard = :shard AND grantExpiresAt < :now",
            {":shard": partition, ":now": to_iso(now)},
            index="grants_by_expiry",
        )
        items = islice(self._table.records(query, at_once=max(1, limit)), limit)
        return [(item["pk"].removeprefix("WS#"), item["sk"].removeprefix("GRANT#")) for item in items]
