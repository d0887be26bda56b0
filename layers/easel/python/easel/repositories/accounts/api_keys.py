"""API keys in DynamoDB.

APIKEY#<sha256> / APIKEY                 for authentication: one read
WS#<workspace> / KEY#<key id>            for the workspace's list; changed in the same transaction
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from easel.clock import from_iso, to_iso
from easel.domain.api_keys import KeyHint
from easel.domain.identities import TelegramIdentity
from easel.domain.plans import DEFAULT_PLAN
from easel.domain.request import Channel
from easel.errors import EaselError, Forbidden, StaleWrite, Unauthenticated
from easel.repositories.accounts import keys
from easel.repositories.attribute_values import to_item
from easel.repositories.dynamodb import TransactionWrite
from easel.repositories.keys import Key, workspace_partition
from easel.repositories.records import Records
from easel.services.ports.accounts import ApiKeyRecord
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def hash_api_key(api_key: str) -> str:
    """Hash a key. Plain SHA-256 is enough: keys have 256 random bits, so dictionary attacks are impossible.

    The look-up by hash also prevents timing attacks: timing only reveals something about hashes, which attackers cannot
    choose.
    """
    return hashlib.sha256(api_key.encode("utf-8")).hexdigest()


class DynamoApiKeys:
    """`ports.accounts.ApiKeys`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._records = Records(client, table_name)

    def hash_of(self, api_key: str) -> str:
        return hash_api_key(api_key)

    def find(self, api_key: str) -> ApiKeyRecord | None:
        values = self._records.get(keys.api_key(hash_api_key(api_key)))
        return _record_from(values) if values else None

    def find_for_telegram(self, api_key: str, identity: TelegramIdentity) -> tuple[ApiKeyRecord | None, bool]:
        key = keys.api_key(hash_api_key(api_key))
        person = keys.telegram_user(identity.bot_workspace_id, identity.telegram_id)
        found = self._records.get_all([key, person], consistent=True)
        values = found.get((key["pk"], key["sk"]))
        return (_record_from(values) if values else None), (person["pk"], person["sk"]) in found

    def adding(self, record: ApiKeyRecord) -> Sequence[Write]:
        return [
            self._records.adding("put api key", {**key, "entity": entity, **_values(record)}, record.created_at)
            for key, entity in zip(_both_keys(record), ("API_KEY", "API_KEY_ENTRY"), strict=True)
        ]

    def ending(
        self, record: ApiKeyRecord, *, valid_until: datetime | None = None, revoked_at: datetime | None = None
    ) -> Sequence[Write]:
        ends = {"validUntil": valid_until, "revokedAt": revoked_at}
        values = {name: to_iso(moment) for name, moment in ends.items() if moment}
        return [
            TransactionWrite(
                "end api key",
                {
                    "Update": {
                        "TableName": self._records.name,
                        "Key": to_item(key),
                        "UpdateExpression": "SET " + ", ".join(f"{name} = :{name}" for name in values),
                        "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(revokedAt)",
                        "ExpressionAttributeValues": to_item({f":{name}": moment for name, moment in values.items()}),
                    }
                },
                lambda _: StaleWrite("The key was revoked meanwhile."),
            )
            for key in _both_keys(record)
        ]

    def still_good(self, workspace_id: str, key_id: str, scope: str, now: datetime) -> Write:
        def refused(item: dict[str, Any] | None) -> EaselError:
            record = _record_from(item) if item else None
            if record is not None and record.is_good(now):
                return Forbidden(f"This credential lacks the scope {scope}.")
            return Unauthenticated("Invalid or expired token")

        return TransactionWrite(
            "check that the caller's key still works",
            {
                "ConditionCheck": {
                    "TableName": self._records.name,
                    "Key": to_item(keys.api_key_of_workspace(workspace_id, key_id)),
                    "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(revokedAt) "
                    "AND (attribute_not_exists(validUntil) OR validUntil > :now) AND contains(scopes, :scope)",
                    "ExpressionAttributeValues": to_item({":now": to_iso(now), ":scope": scope}),
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                }
            },
            refused,
        )

    def get(self, workspace_id: str, key_id: str) -> ApiKeyRecord | None:
        values = self._records.get(keys.api_key_of_workspace(workspace_id, key_id))
        return _record_from(values) if values else None

    def list(self, workspace_id: str, *, limit: int, after: str | None) -> Page[ApiKeyRecord]:
        found = self._records.listed(
            workspace_partition(workspace_id),
            limit=limit,
            after=after,
            prefix=keys.API_KEY_PREFIX,
            newest_first=True,
        )
        return found.map(_record_from)


def _both_keys(record: ApiKeyRecord) -> tuple[Key, Key]:
    return keys.api_key(record.key_hash), keys.api_key_of_workspace(record.workspace_id, record.key_id)


def _values(record: ApiKeyRecord) -> dict[str, Any]:
    return {
        "keyId": record.key_id,
        "keyHash": record.key_hash,
        "keyPrefix": record.hint.prefix,
        "keyLastFour": record.hint.last_four,
        "name": record.name,
        "workspaceId": record.workspace_id,
        "userId": record.user_id,
        "roles": sorted(record.roles),
        "scopes": sorted(record.scopes),
        "channel": record.channel.value,
        "plan": record.plan,
        "budgetKeys": list(record.budget_keys),
        "validUntil": to_iso(record.valid_until) if record.valid_until else None,
        "revokedAt": to_iso(record.revoked_at) if record.revoked_at else None,
    }


def _record_from(values: Mapping[str, Any]) -> ApiKeyRecord:
    return ApiKeyRecord(
        key_id=values["keyId"],
        key_hash=values["keyHash"],
        hint=KeyHint(values["keyPrefix"], values["keyLastFour"]),
        name=values["name"],
        workspace_id=values["workspaceId"],
        user_id=values["userId"],
        roles=frozenset(values["roles"]),
        scopes=frozenset(values["scopes"]),
        channel=Channel(values["channel"]),
        created_at=from_iso(values["createdAt"]),
        # Keys stored before 2026-11-28 have none: each was limited by its own budget only.
        budget_keys=tuple(values.get("budgetKeys", (values["keyId"],))),
        plan=values.get("plan", DEFAULT_PLAN),
        valid_until=from_iso(values["validUntil"]) if "validUntil" in values else None,
        revoked_at=from_iso(values["revokedAt"]) if "revokedAt" in values else None,
    )
