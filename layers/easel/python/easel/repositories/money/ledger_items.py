"""The items of the ledger table: their keys, and their mapping in both directions.

    WS#<workspace> / WALLET                         the materialised balance with its open grants
    WS#<workspace> / HOLD#<id>                      first phase: held credits; second phase: `resolution`, set once
    WS#<workspace> / GRANT#<id>                     added credits; `expiryShard` while they may still expire
    WS#<workspace> / ENTRY#<time>#<transfer>#<side> the wallet's side of an entry; never changed
    ACCOUNT#<name>#<shard> / ENTRY#...              its other side: no running balance, so no hot item
    TRIAL#<identity> / TRIAL                        this identity had its trial
    WALLETS#<shard> / <workspace>                   lets the audit find all wallets without a scan

No item of this table has a TTL.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from easel.clock import from_iso, to_iso
from easel.domain.credits import Entry, Grant, GrantKind, Hold, OpenGrant, Wallet
from easel.repositories.keys import shard_of

ACCOUNT_SHARDS: Final = 8
WALLET_SHARDS: Final = 8
EXPIRY_PARTITIONS: Final = tuple(f"EXPIRY#{shard}" for shard in range(4))
EXPIRY_ASIDE: Final = "EXPIRY#ASIDE"
"""Grants whose expiry failed: read after all others."""


def wallet_key(workspace_id: str) -> dict[str, str]:
    return {"pk": f"WS#{workspace_id}", "sk": "WALLET"}


def ledger_key(workspace_id: str, kind: str, identifier: str) -> dict[str, str]:
    return {"pk": f"WS#{workspace_id}", "sk": f"{kind}#{identifier}"}


def entry_range(start: datetime | None, end: datetime | None) -> tuple[str, str]:
    """Bounds of the sort keys; an entry at exactly `end` sorts behind the upper one."""
    return f"ENTRY#{to_iso(start) if start else ''}", f"ENTRY#{to_iso(end) if end else '~'}"


def expiry_partition(grant_id: str) -> str:
    return EXPIRY_PARTITIONS[shard_of(grant_id, len(EXPIRY_PARTITIONS))]


def open_grant_values(grant: OpenGrant) -> dict[str, Any]:
    values = {
        "id": grant.id,
        "kind": grant.kind.value,
        "remaining": grant.remaining,
        "priority": grant.priority,
        "grantExpiresAt": to_iso(grant.expires_at) if grant.expires_at else None,
    }
    return {name: value for name, value in values.items() if value is not None}


def grant_values(grant: Grant) -> dict[str, Any]:
    return {
        "id": grant.id,
        "kind": grant.kind.value,
        "amount": grant.amount,
        "priority": grant.priority,
        "grantExpiresAt": to_iso(grant.expires_at) if grant.expires_at else None,
        "note": grant.note,
        "givenBy": grant.given_by,
        "takenFrom": grant.taken_from,
    }


def grant_from(values: Mapping[str, Any]) -> Grant:
    expires_at = values.get("grantExpiresAt")
    return Grant(
        id=values["id"],
        kind=GrantKind(values["kind"]),
        amount=values["amount"],
        priority=values["priority"],
        expires_at=from_iso(expires_at) if expires_at else None,
        note=values.get("note"),
        given_by=values.get("givenBy"),
        taken_from=values.get("takenFrom"),
    )


def open_grant_from(values: Mapping[str, Any]) -> OpenGrant:
    expires_at = values.get("grantExpiresAt")
    return OpenGrant(
        values["id"],
        GrantKind(values["kind"]),
        values["remaining"],
        values["priority"],
        from_iso(expires_at) if expires_at else None,
    )


def wallet_from(values: Mapping[str, Any]) -> Wallet:
    return Wallet(
        workspace_id=values["workspaceId"],
        available=values["available"],
        held=values["held"],
        spent=values["spent"],
        expired=values["expired"],
        granted=values["granted"],
        grants={id_: open_grant_from(grant) for id_, grant in values["grants"].items()},
        version=values["version"],
        low_told_at=values.get("lowToldAt"),
    )


def hold_from(workspace_id: str, values: Mapping[str, Any]) -> Hold:
    return Hold(
        id=values["id"],
        workspace_id=workspace_id,
        generation_id=values["generationId"],
        amount=values["amount"],
        created_at=from_iso(values["createdAt"]),
    )


def entry_values(workspace_id: str, entry: Entry) -> dict[str, Any]:
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
        "fromGrants": dict(entry.from_grants) or None,
    }


def entry_from(values: Mapping[str, Any]) -> Entry:
    return Entry(
        transfer_id=values["transferId"],
        account=values["account"],
        amount=values["amount"],
        reason=values["reason"],
        created_at=from_iso(values["createdAt"]),
        generation_id=values.get("generationId"),
        grant_id=values.get("grantId"),
        from_grants=values.get("fromGrants", {}),
    )
