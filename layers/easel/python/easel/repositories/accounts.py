"""Workspaces, users and their API keys in DynamoDB."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

from easel.clock import from_iso, to_iso
from easel.domain.generation import Channel
from easel.domain.plans import DEFAULT_PLAN
from easel.errors import StaleWrite
from easel.repositories import keys
from easel.repositories.dynamodb import TransactionWrite, from_item, to_item
from easel.services.ports import ApiKeyRecord, Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def hash_api_key(api_key: str) -> str:
    """How a key is stored. Plain SHA-256 is enough: keys are 256 random bits, so there is no dictionary to try."""
    return hashlib.sha256(api_key.encode("utf-8")).hexdigest()


class DynamoAccounts:
    """`ports.Accounts`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._client = client
        self._table = table_name

    def find_api_key(self, api_key: str) -> ApiKeyRecord | None:
        answer = self._client.get_item(
            TableName=self._table, Key=to_item(keys.api_key(hash_api_key(api_key))), ConsistentRead=True
        )
        if "Item" not in answer:
            return None
        values = from_item(answer["Item"])
        return ApiKeyRecord(
            key_id=values["keyId"],
            name=values["name"],
            workspace_id=values["workspaceId"],
            user_id=values["userId"],
            roles=frozenset(values["roles"]),
            scopes=frozenset(values["scopes"]),
            channel=Channel(values["channel"]),
            plan=values.get("plan", DEFAULT_PLAN),
            valid_until=from_iso(values["validUntil"]) if "validUntil" in values else None,
            revoked_at=from_iso(values["revokedAt"]) if "revokedAt" in values else None,
        )

    def adding_workspace(self, workspace_id: str, name: str, now: datetime) -> Write:
        return self._put(
            "put workspace",
            {**keys.workspace(workspace_id), "entity": "WORKSPACE", "id": workspace_id, "name": name},
            now,
        )

    def adding_user(self, user_id: str, name: str, now: datetime) -> Write:
        return self._put("put user", {**keys.user(user_id), "entity": "USER", "id": user_id, "name": name}, now)

    def adding_member(self, workspace_id: str, user_id: str, role: str, now: datetime) -> Write:
        values = {**keys.member(workspace_id, user_id), "entity": "MEMBER", "userId": user_id, "role": role}
        return self._put("put member", values, now)

    def adding_api_key(self, api_key: str, record: ApiKeyRecord, now: datetime) -> Write:
        values = {
            **keys.api_key(hash_api_key(api_key)),
            "entity": "API_KEY",
            "keyId": record.key_id,
            "name": record.name,
            "workspaceId": record.workspace_id,
            "userId": record.user_id,
            "roles": sorted(record.roles),
            "scopes": sorted(record.scopes),
            "channel": record.channel.value,
            "plan": record.plan,
            "validUntil": to_iso(record.valid_until) if record.valid_until else None,
        }
        return self._put("put api key", values, now)

    def _put(self, description: str, values: dict[str, Any], now: datetime) -> Write:
        return TransactionWrite(
            description,
            {
                "Put": {
                    "TableName": self._table,
                    "Item": to_item({**values, "schema": 1, "createdAt": to_iso(now)}),
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            },
            lambda _: StaleWrite(f"{description}: there is one under this id."),
        )
