"""The ledger in DynamoDB: wallets, holds, grants and double entries, in a table of their own (`ledger_items.py`).

Here are the writes; `ledger_reads.py` has the reads. A hold is resolved once, by a condition on its item and not by
reading first. `version` of a wallet counts its changes, so that the audit can tell whether its reads belong together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from easel.clock import to_iso
from easel.domain.credits import (
    EXPIRED,
    EXPIRY,
    REVENUE,
    SPEND,
    WALLET,
    Entry,
    Grant,
    Hold,
    Resolution,
    Wallet,
    allocate,
    both_sides,
    expirable,
    with_withdrawal,
)
from easel.errors import EaselError, InsufficientCredits, StaleWrite, TooManyGrants, WalletMissing
from easel.repositories.attribute_values import to_item
from easel.repositories.dynamodb import TransactionWrite
from easel.repositories.keys import shard_of
from easel.repositories.money.ledger_items import (
    ACCOUNT_SHARDS,
    EXPIRY_ASIDE,
    WALLET_SHARDS,
    entry_values,
    expiry_partition,
    grant_values,
    ledger_key,
    open_grant_values,
    wallet_key,
)
from easel.repositories.money.ledger_reads import LedgerReads
from easel.repositories.money.wallet_change import WalletChange
from easel.repositories.table import ConditionFailed, OnConflict
from easel.services.ports.transactions import Write

MAX_OPEN_GRANTS: Final = 100
"""Open grants are in the wallet's item, which has to stay small."""


class DynamoLedger(LedgerReads):
    """`ports.money.Ledger`: with the reads of its base, the writes, which are members of transactions."""

    def holding(self, hold: Hold) -> Sequence[Write]:
        """Hold credits. Conflict: InsufficientCredits, WalletMissing."""

        def insufficient(found: dict[str, Any] | None) -> EaselError:
            if found is None:
                return WalletMissing(f"Workspace {hold.workspace_id} has no wallet.")
            return InsufficientCredits(hold.amount, found["available"])

        change = WalletChange(["available = available - :n", "held = held + :n"], ["available >= :n"])
        change.values[":n"] = hold.amount
        return [
            self._change("hold credits", hold.workspace_id, change, insufficient),
            self._put(
                "put hold",
                {
                    **ledger_key(hold.workspace_id, "HOLD", hold.id),
                    "entity": "HOLD",
                    "id": hold.id,
                    "generationId": hold.generation_id,
                    "amount": hold.amount,
                    "createdAt": to_iso(hold.created_at),
                },
            ),
        ]

    def resolving(
        self, hold: Hold, wallet: Wallet, posted: int, now: datetime, *, low: bool = False
    ) -> Sequence[Write]:
        """Post a part of a hold (all, some or nothing of it) and free the rest.

        `wallet` was read before and decides which grants pay. Conflict: StaleWrite, when there is no such hold, it is
        resolved already, or the grants changed since. With `low` also when its owner was told, or credits were granted.
        """
        taken = allocate(wallet.grants.values(), posted)
        change = WalletChange(
            ["held = held - :held", "available = available + :freed", "spent = spent + :posted"],
            ["held >= :held"],
            {":held": hold.amount, ":freed": hold.amount - posted, ":posted": posted},
        )
        change.take(wallet, taken)
        if low:
            change.tell_low(wallet)
        resolution = Resolution.POSTED if posted else Resolution.VOIDED
        writes = [
            self._update(
                "resolve hold",
                ledger_key(hold.workspace_id, "HOLD", hold.id),
                "SET resolution = :resolution, posted = :posted, resolvedAt = :now",
                "amount = :amount AND attribute_not_exists(resolution)",
                {":amount": hold.amount, ":resolution": resolution.value, ":posted": posted, ":now": to_iso(now)},
            ),
            self._change("settle wallet", hold.workspace_id, change),
        ]
        if posted:
            entry = Entry(hold.id, WALLET, -posted, SPEND, now, generation_id=hold.generation_id, from_grants=taken)
            writes += self._entries(hold.workspace_id, entry, REVENUE)
        return writes

    def granting(self, workspace_id: str, grant: Grant, now: datetime) -> Sequence[Write]:
        """Add a grant. Conflict: StaleWrite, when this grant exists; WalletMissing, TooManyGrants."""

        def refused(found: dict[str, Any] | None) -> EaselError:
            if found is None:
                return WalletMissing(f"Workspace {workspace_id} has no wallet.")
            if len(found["grants"]) >= MAX_OPEN_GRANTS:
                return TooManyGrants(f"The wallet has {MAX_OPEN_GRANTS} open grants; no more fit in.")
            return StaleWrite(f"Grant {grant.id} exists already.")

        change = WalletChange(
            ["available = available + :n", "granted = granted + :n", "grants.#g = :open"],
            ["attribute_not_exists(grants.#g)", "size(grants) < :max"],
            {":n": grant.amount, ":open": open_grant_values(grant.opened), ":max": MAX_OPEN_GRANTS},
            {"#g": grant.id},
        )
        # The record comes first, so that a repetition fails because the grant exists.
        return [
            *self._grant_record(workspace_id, grant, now),
            self._change("grant credits", workspace_id, change, refused),
        ]

    def withdrawing(self, workspace_id: str, wallet: Wallet, grant: Grant, now: datetime) -> Sequence[Write]:
        """Take credits back, as the negative amount of `grant` says. `wallet` was read before.

        Raises InsufficientCredits. Conflict: StaleWrite, when it was done before or the wallet changed since.
        """
        _, taken = with_withdrawal(wallet, grant)
        change = WalletChange(
            ["available = available - :n", "granted = granted - :n"], ["available >= :n"], {":n": -grant.amount}
        )
        change.take(wallet, taken)
        return [
            *self._grant_record(workspace_id, grant, now, taken),
            self._change("take credits back", workspace_id, change),
        ]

    def _grant_record(
        self, workspace_id: str, grant: Grant, now: datetime, taken: Mapping[str, int] | None = None
    ) -> list[Write]:
        entry = Entry(grant.id, WALLET, grant.amount, grant.kind.value, now, grant_id=grant.id, from_grants=taken or {})
        record = {
            **ledger_key(workspace_id, "GRANT", grant.id),
            "entity": "GRANT",
            **grant_values(grant),
            "createdAt": to_iso(now),
            "expiryShard": expiry_partition(grant.id) if grant.expires_at else None,
        }
        return [self._put("put grant", record), *self._entries(workspace_id, entry, grant.kind.value)]

    def opening(self, workspace_id: str, now: datetime, grant: Grant | None = None) -> Sequence[Write]:
        """Create a wallet, empty or with a first grant. Conflict: StaleWrite, when it exists."""
        first = grant.amount if grant else 0
        grants = {grant.id: open_grant_values(grant.opened)} if grant else {}
        return [
            self._put(
                "open wallet",
                {
                    **wallet_key(workspace_id),
                    "entity": "WALLET",
                    "workspaceId": workspace_id,
                    "available": first,
                    "held": 0,
                    "spent": 0,
                    "expired": 0,
                    "granted": first,
                    "grants": grants,
                    "version": 1,
                    "createdAt": to_iso(now),
                },
            ),
            self._put(
                "register wallet",
                {
                    "pk": f"WALLETS#{shard_of(workspace_id, WALLET_SHARDS)}",
                    "sk": workspace_id,
                    "entity": "WALLET_ENTRY",
                },
            ),
            *(self._grant_record(workspace_id, grant, now) if grant else ()),
        ]

    def claiming_trial(self, identity: str, workspace_id: str, now: datetime) -> Write:
        """Record that this identity had its trial. Conflict: StaleWrite, when that is recorded."""
        return self._put(
            "claim trial",
            {
                "pk": f"TRIAL#{identity}",
                "sk": "TRIAL",
                "entity": "TRIAL",
                "workspaceId": workspace_id,
                "createdAt": to_iso(now),
            },
        )

    def expiring(self, workspace_id: str, wallet: Wallet, grant_id: str, now: datetime) -> Sequence[Write]:
        """Expire what is left of an ended grant and not needed by a hold; no writes where nothing is left.

        `wallet` was read before. Conflict: StaleWrite, when the grant changed since or was closed before.
        """
        grant = wallet.grants.get(grant_id)
        amount = expirable(wallet, grant_id)
        writes: list[Write] = []
        if amount:
            change = WalletChange(
                ["available = available - :n", "expired = expired + :n"], ["available >= :n"], {":n": amount}
            )
            change.take(wallet, {grant_id: amount})
            writes.append(self._change("expire grant", workspace_id, change))
            entry = Entry(
                # A grant may expire in parts, when a hold on it is freed later.
                f"{grant_id}-{wallet.version}",
                WALLET,
                -amount,
                EXPIRY,
                now,
                grant_id=grant_id,
                from_grants={grant_id: amount},
            )
            writes += self._entries(workspace_id, entry, EXPIRED)
        if grant is None or amount == grant.remaining:
            writes.append(self._close_grant(workspace_id, grant_id))
        return writes

    def _close_grant(self, workspace_id: str, grant_id: str) -> Write:
        return self._update(
            "close grant",
            ledger_key(workspace_id, "GRANT", grant_id),
            "REMOVE expiryShard",
            "attribute_exists(expiryShard)",
            {},
        )

    def _entries(self, workspace_id: str, entry: Entry, counter_account: str) -> list[Write]:
        own, other = both_sides(entry, counter_account)
        shard = shard_of(entry.transfer_id, ACCOUNT_SHARDS)
        return [
            self._put("put entry", {"pk": f"WS#{workspace_id}", **entry_values(workspace_id, own)}),
            self._put("put entry", {"pk": f"ACCOUNT#{counter_account}#{shard}", **entry_values(workspace_id, other)}),
        ]

    def _put(self, description: str, values: dict[str, Any]) -> Write:
        return self._table.putting(description, {**values, "schema": 1})

    def _change(
        self, description: str, workspace_id: str, change: WalletChange, on_conflict: OnConflict | None = None
    ) -> Write:
        """The only way in which a wallet changes: under conditions, and counted in `version`."""
        return self._update(
            description,
            wallet_key(workspace_id),
            change.expression,
            " AND ".join(change.conditions),
            {**change.values, ":one": 1},
            on_conflict,
            change.names,
        )

    def _update(
        self,
        description: str,
        key: dict[str, str],
        expression: str,
        condition: str,
        values: dict[str, Any],
        on_conflict: OnConflict | None = None,
        names: dict[str, str] | None = None,
    ) -> Write:
        action: dict[str, Any] = {
            "TableName": self._table.name,
            "Key": to_item(key),
            "UpdateExpression": expression,
            "ConditionExpression": condition,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if values:
            action["ExpressionAttributeValues"] = to_item(values)
        if names:
            action["ExpressionAttributeNames"] = names
        stale = on_conflict or (lambda _: StaleWrite(f"{description}: it changed since it was read."))
        return TransactionWrite(description, {"Update": action}, stale)

    def set_grant_aside(self, workspace_id: str, grant_id: str) -> None:
        with suppress(ConditionFailed):
            self._table.update(
                ledger_key(workspace_id, "GRANT", grant_id),
                "SET expiryShard = :aside",
                condition="attribute_exists(expiryShard)",
                values={":aside": EXPIRY_ASIDE},
            )
