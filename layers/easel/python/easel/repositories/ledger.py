"""The ledger in DynamoDB: wallets, holds, grants and double entries, in a table of their own.

    WS#<workspace> / WALLET                         the materialised balance with its open grants
    WS#<workspace> / HOLD#<id>                      first phase: credits set aside; never changed
    WS#<workspace> / RESOLUTION#<id>                second phase: posted or voided; there is at most one
    WS#<workspace> / GRANT#<id>                     credits that came in; `expiryShard` while they may still expire
    WS#<workspace> / ENTRY#<time>#<transfer>#<side> the wallet's side of an entry; never changed
    ACCOUNT#<name>#<shard> / ENTRY#...              its other side: no running balance, so no hot item
    TRIAL#<identity> / TRIAL                        a trial was given to this identity
    WALLETS#<shard> / <workspace>                   lets the auditor find all wallets without a scan

That a hold is resolved once rests on RESOLUTION being put only if absent, not on reading first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from easel.clock import from_iso, to_iso
from easel.domain.credits import (
    EXPIRED,
    REVENUE,
    WALLET,
    Entry,
    GrantKind,
    Hold,
    OpenGrant,
    Resolution,
    Wallet,
    allocate,
    both_sides,
    expirable,
)
from easel.errors import EaselError, InsufficientCredits, StaleWrite, WalletMissing
from easel.repositories.dynamodb import TransactionWrite, from_item, to_item
from easel.repositories.keys import shard_of
from easel.services.ports import EntryPage, Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ACCOUNT_SHARDS: Final = 8
WALLET_SHARDS: Final = 8
EXPIRY_SHARDS: Final = 4
MAX_OPEN_GRANTS: Final = 100
"""A wallet is one item; this many grants keep it small."""


def _wallet_key(workspace_id: str) -> dict[str, str]:
    return {"pk": f"WS#{workspace_id}", "sk": "WALLET"}


def _key(workspace_id: str, kind: str, identifier: str) -> dict[str, str]:
    return {"pk": f"WS#{workspace_id}", "sk": f"{kind}#{identifier}"}


class DynamoLedger:
    """`ports.Ledger`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._client = client
        self._table = table_name

    # --- writes: members of transactions --------------------------------------------------------------------------

    def holding(self, hold: Hold) -> Sequence[Write]:
        """Set credits aside. Conflict: InsufficientCredits, WalletMissing."""

        def too_little(found: dict[str, Any] | None) -> EaselError:
            if found is None:
                return WalletMissing(f"Workspace {hold.workspace_id} has no wallet.")
            return InsufficientCredits(hold.amount, found["available"])

        return [
            self._update(
                "hold credits",
                _wallet_key(hold.workspace_id),
                "SET available = available - :n, held = held + :n",
                "available >= :n",
                {":n": hold.amount},
                too_little,
            ),
            self._put(
                "put hold",
                {
                    **_key(hold.workspace_id, "HOLD", hold.id),
                    "entity": "HOLD",
                    "id": hold.id,
                    "generationId": hold.generation_id,
                    "amount": hold.amount,
                    "createdAt": to_iso(hold.created_at),
                },
            ),
        ]

    def resolving(self, hold: Hold, wallet: Wallet, posted: int, now: datetime) -> Sequence[Write]:
        """Post a part of a hold (all, some or nothing of it) and free the rest.

        `wallet` was read before: it says which grants pay. Conflict: StaleWrite, when the hold is resolved already or
        the grants changed since.
        """
        taken = allocate(wallet.grants.values(), posted)
        sets = ["held = held - :held", "available = available + :freed", "spent = spent + :posted"]
        conditions = ["held >= :held"]
        values: dict[str, Any] = {":held": hold.amount, ":freed": hold.amount - posted, ":posted": posted}
        names, removes = self._taking(wallet, taken, sets, conditions, values)
        resolution = Resolution.POSTED if posted else Resolution.VOIDED
        writes = [
            self._put(
                "resolve hold",
                {
                    **_key(hold.workspace_id, "RESOLUTION", hold.id),
                    "entity": "RESOLUTION",
                    "resolution": resolution.value,
                    "amount": posted,
                    "createdAt": to_iso(now),
                },
            ),
            self._update(
                "settle wallet",
                _wallet_key(hold.workspace_id),
                _expression(sets, removes),
                " AND ".join(conditions),
                values,
                names=names,
            ),
        ]
        if posted:
            entry = Entry(hold.id, WALLET, -posted, "spend", now, generation_id=hold.generation_id)
            writes += self._entries(hold.workspace_id, entry, REVENUE)
        return writes

    def granting(self, workspace_id: str, grant: OpenGrant, now: datetime) -> Sequence[Write]:
        """Credits come in. Conflict: StaleWrite, when this grant was made before, or the wallet is missing or full."""
        return [
            *self._grant_record(workspace_id, grant, now),
            self._update(
                "grant credits",
                _wallet_key(workspace_id),
                "SET available = available + :n, granted = granted + :n, grants.#g = :open",
                "attribute_not_exists(grants.#g) AND size(grants) < :max",
                {":n": grant.remaining, ":open": _open_grant_values(grant), ":max": MAX_OPEN_GRANTS},
                names={"#g": grant.id},
            ),
        ]

    def _grant_record(self, workspace_id: str, grant: OpenGrant, now: datetime) -> list[Write]:
        entry = Entry(grant.id, WALLET, grant.remaining, grant.kind.value, now, grant_id=grant.id)
        record = {
            **_key(workspace_id, "GRANT", grant.id),
            "entity": "GRANT",
            **_open_grant_values(grant),
            "amount": grant.remaining,
            "createdAt": to_iso(now),
            "expiryShard": _expiry_partition(grant.id) if grant.expires_at else None,
        }
        return [self._put("put grant", record), *self._entries(workspace_id, entry, grant.kind.value)]

    def opening(self, workspace_id: str, now: datetime, grant: OpenGrant | None = None) -> Sequence[Write]:
        """Make a wallet, empty or with a first grant. Conflict: StaleWrite, when there is one."""
        first = grant.remaining if grant else 0
        grants = {grant.id: _open_grant_values(grant)} if grant else {}
        return [
            self._put(
                "open wallet",
                {
                    **_wallet_key(workspace_id),
                    "entity": "WALLET",
                    "workspaceId": workspace_id,
                    "available": first,
                    "held": 0,
                    "spent": 0,
                    "expired": 0,
                    "granted": first,
                    "grants": grants,
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
        """Note that this identity had its trial. Conflict: StaleWrite, when it had."""
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
        """Take back what an ended grant has left and nobody holds. Conflict: StaleWrite, when the grant changed."""
        amount = expirable(wallet, grant_id)
        done = amount == wallet.grants[grant_id].remaining if grant_id in wallet.grants else True
        writes: list[Write] = []
        if amount:
            sets = ["available = available - :n", "expired = expired + :n"]
            conditions = ["available >= :n"]
            values: dict[str, Any] = {":n": amount}
            names, removes = self._taking(wallet, {grant_id: amount}, sets, conditions, values)
            expression = _expression(sets, removes)
            condition = " AND ".join(conditions)
            writes.append(
                self._update("expire grant", _wallet_key(workspace_id), expression, condition, values, names=names)
            )
            # Named by what was left before, so that a repeat collides and a later remainder does not.
            transfer = f"{grant_id}-{wallet.grants[grant_id].remaining}"
            entry = Entry(transfer, WALLET, -amount, "expiry", now, grant_id=grant_id)
            writes += self._entries(workspace_id, entry, EXPIRED)
        if done:
            writes.append(
                self._update(
                    "close grant",
                    _key(workspace_id, "GRANT", grant_id),
                    "REMOVE expiryShard",
                    "attribute_exists(expiryShard)",
                    {},
                )
            )
        return writes

    def _taking(
        self,
        wallet: Wallet,
        taken: Mapping[str, int],
        sets: list[str],
        conditions: list[str],
        values: dict[str, Any],
    ) -> tuple[dict[str, str], list[str]]:
        """Add to an expression what takes from grants; each must have exactly what it had when it was read."""
        names: dict[str, str] = {}
        removes: list[str] = []
        for number, (grant_id, amount) in enumerate(taken.items()):
            remaining = wallet.grants[grant_id].remaining
            names[f"#g{number}"] = grant_id
            conditions.append(f"grants.#g{number}.remaining = :was{number}")
            values[f":was{number}"] = remaining
            if remaining == amount:
                removes.append(f"grants.#g{number}")
            else:
                sets.append(f"grants.#g{number}.remaining = :left{number}")
                values[f":left{number}"] = remaining - amount
        return names, removes

    def _entries(self, workspace_id: str, entry: Entry, counter_account: str) -> list[Write]:
        own, other = both_sides(entry, counter_account)
        shard = shard_of(entry.transfer_id, _ACCOUNT_SHARDS)
        return [
            self._put("put entry", {"pk": f"WS#{workspace_id}", **_entry_values(workspace_id, own)}),
            self._put("put entry", {"pk": f"ACCOUNT#{counter_account}#{shard}", **_entry_values(workspace_id, other)}),
        ]

    def _put(self, description: str, values: dict[str, Any]) -> Write:
        return TransactionWrite(
            description,
            {
                "Put": {
                    "TableName": self._table,
                    "Item": to_item({**values, "schema": 1}),
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            },
            lambda _: StaleWrite(f"{description}: it is there already."),
        )

    def _update(
        self,
        description: str,
        key: dict[str, str],
        expression: str,
        condition: str,
        values: dict[str, Any],
        on_conflict: Any = None,
        names: dict[str, str] | None = None,
    ) -> Write:
        action: dict[str, Any] = {
            "TableName": self._table,
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

    # --- reads ----------------------------------------------------------------------------------------------------

    def wallet(self, workspace_id: str) -> Wallet | None:
        """The balance, consistent; None for a workspace without a wallet."""
        answer = self._client.get_item(
            TableName=self._table, Key=to_item(_wallet_key(workspace_id)), ConsistentRead=True
        )
        return _wallet_from(from_item(answer["Item"])) if "Item" in answer else None

    def hold(self, workspace_id: str, hold_id: str) -> Hold | None:
        """A hold, resolved or not."""
        key = _key(workspace_id, "HOLD", hold_id)
        answer = self._client.get_item(TableName=self._table, Key=to_item(key), ConsistentRead=True)
        return _hold_from(workspace_id, from_item(answer["Item"])) if "Item" in answer else None

    def trial_of(self, identity: str) -> datetime | None:
        """When this identity had its trial; None when it had none."""
        key = {"pk": f"TRIAL#{identity}", "sk": "TRIAL"}
        answer = self._client.get_item(TableName=self._table, Key=to_item(key), ConsistentRead=True)
        return from_iso(answer["Item"]["createdAt"]["S"]) if "Item" in answer else None

    def entries(self, workspace_id: str, *, limit: int, after: str | None) -> EntryPage:
        """The wallet's entries, newest first."""
        query: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :prefix)",
            "ExpressionAttributeValues": to_item({":pk": f"WS#{workspace_id}", ":prefix": "ENTRY#"}),
            "ScanIndexForward": False,
            "Limit": limit,
        }
        if after:
            query["ExclusiveStartKey"] = to_item({"pk": f"WS#{workspace_id}", "sk": after})
        answer = self._client.query(**query)
        items = [from_item(item) for item in answer["Items"]]
        next_after = items[-1]["sk"] if items and "LastEvaluatedKey" in answer else None
        return EntryPage(tuple(_entry_from(item) for item in items), next_after)

    def all_entries(self, workspace_id: str) -> Iterator[Entry]:
        """Every entry of a wallet, for the auditor."""
        return (_entry_from(item) for item in self._all(f"WS#{workspace_id}", "ENTRY#"))

    def open_holds(self, workspace_id: str) -> Sequence[Hold]:
        """Holds without a resolution, for the auditor."""
        resolved = {item["sk"].removeprefix("RESOLUTION#") for item in self._all(f"WS#{workspace_id}", "RESOLUTION#")}
        holds = (_hold_from(workspace_id, item) for item in self._all(f"WS#{workspace_id}", "HOLD#"))
        return [hold for hold in holds if hold.id not in resolved]

    def counter_entries(self, account: str) -> Iterator[Entry]:
        """Every entry on the other side, for the auditor."""
        for shard in range(_ACCOUNT_SHARDS):
            yield from (_entry_from(item) for item in self._all(f"ACCOUNT#{account}#{shard}", "ENTRY#"))

    def workspaces(self) -> Iterator[str]:
        """Every workspace that has a wallet."""
        for shard in range(WALLET_SHARDS):
            yield from (item["sk"] for item in self._all(f"WALLETS#{shard}", ""))

    def ended_grants(self, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """(workspace id, grant id) of grants that have ended and may have something left."""
        found: list[tuple[str, str]] = []
        for shard in range(EXPIRY_SHARDS):
            answer = self._client.query(
                TableName=self._table,
                IndexName="grants_by_expiry",
                KeyConditionExpression="expiryShard = :shard AND grantExpiresAt < :now",
                ExpressionAttributeValues=to_item({":shard": f"EXPIRY#{shard}", ":now": to_iso(now)}),
                Limit=limit,
            )
            items = map(from_item, answer["Items"])
            found += [(item["pk"].removeprefix("WS#"), item["sk"].removeprefix("GRANT#")) for item in items]
        return found[:limit]

    def _all(self, partition: str, prefix: str) -> Iterator[dict[str, Any]]:
        condition = "pk = :pk AND begins_with(sk, :prefix)" if prefix else "pk = :pk"
        values = {":pk": partition, ":prefix": prefix} if prefix else {":pk": partition}
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=to_item(values),
            ConsistentRead=True,
        )
        for page in pages:
            yield from map(from_item, page["Items"])


def _expression(sets: Sequence[str], removes: Sequence[str]) -> str:
    return f"SET {', '.join(sets)}" + (f" REMOVE {', '.join(removes)}" if removes else "")


def _expiry_partition(grant_id: str) -> str:
    return f"EXPIRY#{shard_of(grant_id, EXPIRY_SHARDS)}"


def _open_grant_values(grant: OpenGrant) -> dict[str, Any]:
    values = {
        "id": grant.id,
        "kind": grant.kind.value,
        "remaining": grant.remaining,
        "priority": grant.priority,
        "grantExpiresAt": to_iso(grant.expires_at) if grant.expires_at else None,
    }
    return {name: value for name, value in values.items() if value is not None}


def _open_grant_from(values: Mapping[str, Any]) -> OpenGrant:
    expires_at = values.get("grantExpiresAt")
    return OpenGrant(
        values["id"],
        GrantKind(values["kind"]),
        values["remaining"],
        values["priority"],
        from_iso(expires_at) if expires_at else None,
    )


def _wallet_from(values: Mapping[str, Any]) -> Wallet:
    return Wallet(
        workspace_id=values["workspaceId"],
        available=values["available"],
        held=values["held"],
        spent=values["spent"],
        expired=values["expired"],
        granted=values["granted"],
        grants={id_: _open_grant_from(grant) for id_, grant in values["grants"].items()},
    )


def _hold_from(workspace_id: str, values: Mapping[str, Any]) -> Hold:
    return Hold(
        id=values["id"],
        workspace_id=workspace_id,
        generation_id=values["generationId"],
        amount=values["amount"],
        created_at=from_iso(values["createdAt"]),
    )


def _entry_values(workspace_id: str, entry: Entry) -> dict[str, Any]:
    return {
        "sk": f"ENTRY#{to_iso(entry.created_at)}#{entry.transfer_id}#{entry.reason}",
        "entity": "ENTRY",
        "workspaceId": workspace_id,
        "transferId": entry.transfer_id,
        "account": entry.account,
        "amount": entry.amount,
        "reason": entry.reason,
        "createdAt": to_iso(entry.created_at),
        "generationId": entry.generation_id,
        "grantId": entry.grant_id,
    }


def _entry_from(values: Mapping[str, Any]) -> Entry:
    return Entry(
        transfer_id=values["transferId"],
        account=values["account"],
        amount=values["amount"],
        reason=values["reason"],
        created_at=from_iso(values["createdAt"]),
        generation_id=values.get("generationId"),
        grant_id=values.get("grantId"),
    )
