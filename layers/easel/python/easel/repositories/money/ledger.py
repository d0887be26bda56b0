"""The ledger in DynamoDB: wallets, holds, grants and double entries, in a table of their own (`ledger_items.py`).

Here are the writes; `ledger_reads.py` has the reads. A hold is resolved once, by a condition on its item and not by
reading first. `version` of a wallet counts its changes, so that the audit can tell whether its reads belong together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from easel.clock import to_iso
from easel.domain.budgets import BudgetNotice, BudgetScope, month_of
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
from easel.repositories.dynamodb import Upgrade, is_current
from easel.repositories.keys import shard_of
from easel.repositories.money.budget_items import BudgetChange, exceeded
from easel.repositories.money.budget_move import BudgetMove
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
from easel.repositories.table import Change, ConditionFailed, OnConflict
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MAX_OPEN_GRANTS: Final = 100
"""Open grants are in the wallet's item, which has to stay small."""


class DynamoLedger(LedgerReads):
    """`ports.money.Ledger`: with the reads of its base, the writes, which are members of transactions."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        super().__init__(client, table_name)
        self._move_budget = BudgetMove(client, table_name)

    def holding(self, hold: Hold) -> Sequence[Write]:
        """Hold credits, and count them in the workspace's budget.

        Conflict: InsufficientCredits, BudgetExceeded, WalletMissing.
        """
        scope, month = BudgetScope(hold.workspace_id), month_of(hold.created_at)

        def refused(found: dict[str, Any] | None) -> EaselError:
            if found is None:
                return WalletMissing(f"Workspace {hold.workspace_id} has no wallet.")
            if found["available"] < hold.amount:
                return InsufficientCredits(hold.amount, found["available"])
            return exceeded(scope, month, hold.amount, found["budget"])

        change = WalletChange(["available = available - :n", "held = held + :n"], ["available >= :n"])
        change.values[":n"] = hold.amount
        BudgetChange(change, scope, month).count(hold.amount, hold.created_at)
        return [
            self._change("hold credits", hold.workspace_id, change, refused, self._move_budget),
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
        self,
        hold: Hold,
        wallet: Wallet,
        posted: int,
        now: datetime,
        *,
        low: bool = False,
        notice: BudgetNotice = BudgetNotice.NONE,
    ) -> Sequence[Write]:
        """Post a part of a hold (all, some or nothing of it), and free the rest, also in the workspace's budget.

        `wallet` was read before and decides which grants pay. Conflict: StaleWrite, when there is no such hold, it is
        resolved already, or the grants changed since. With `low` also when its owner was told, or credits were granted;
        with `notice` when it was sent.
        """
        taken, freed = allocate(wallet.grants.values(), posted), hold.amount - posted
        change = WalletChange(
            ["held = held - :held", "available = available + :freed", "spent = spent + :posted"],
            ["held >= :held"],
            {":held": hold.amount, ":freed": freed, ":posted": posted},
        )
        if freed or notice:
            BudgetChange(change, BudgetScope(hold.workspace_id), month_of(hold.created_at)).close(freed, notice)
        change.take(wallet, taken)
        if low:
            change.tell_low(wallet)
        resolution = Resolution.POSTED if posted else Resolution.VOIDED
        writes = [
            self._table.updating(
                "resolve hold",
                ledger_key(hold.workspace_id, "HOLD", hold.id),
                Change(
                    ["resolution = :resolution", "posted = :posted", "resolvedAt = :now"],
                    ["amount = :amount", "attribute_not_exists(resolution)"],
                    {":amount": hold.amount, ":resolution": resolution.value, ":posted": posted, ":now": to_iso(now)},
                ),
            ),
            self._change("settle wallet", hold.workspace_id, change, upgrade=self._move_budget),
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
        budget, mark = self._move_budget.taking(workspace_id)
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
                    "budget": budget,
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
            mark,
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
        change = Change([], ["attribute_exists(expiryShard)"], removes=["expiryShard"])
        return self._table.updating("close grant", ledger_key(workspace_id, "GRANT", grant_id), change)

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
        self,
        description: str,
        workspace_id: str,
        change: WalletChange,
        on_conflict: OnConflict | None = None,
        upgrade: Upgrade = is_current,
    ) -> Write:
        return self._table.updating(description, wallet_key(workspace_id), change, on_conflict, upgrade)

    def set_grant_aside(self, workspace_id: str, grant_id: str) -> None:
        with suppress(ConditionFailed):
            self._table.update(
                ledger_key(workspace_id, "GRANT", grant_id),
                "SET expiryShard = :aside",
                condition="attribute_exists(expiryShard)",
                values={":aside": EXPIRY_ASIDE},
            )
