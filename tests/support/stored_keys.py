"""Store the API key that a caller in a sample event came with: what writes on its authority checks it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from easel.domain.api_keys import hint_of, new_api_key
from easel.domain.request import Channel
from easel.repositories.accounts.api_keys import DynamoApiKeys
from easel.repositories.dynamodb import DynamoTransactions, to_item, to_value
from easel.repositories.keys import api_key_of_workspace
from easel.services.ports.accounts import ApiKeyRecord

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def store_key(client: DynamoDBClient, table: str, context: Mapping[str, str]) -> None:
    """Store the key of the principal in an authorizer's context, with the scopes that it says."""
    principal: dict[str, Any] = json.loads(context["principal"])
    text = new_api_key(principal["workspace_id"])
    record = ApiKeyRecord(
        key_id=principal["key_id"],
        key_hash=DynamoApiKeys(client, table).hash_of(text),
        hint=hint_of(text),
        name="of a sample event",
        workspace_id=principal["workspace_id"],
        user_id=principal["user_id"],
        roles=frozenset(principal["roles"]),
        scopes=frozenset(principal["scopes"]),
        channel=Channel(principal["channel"]),
        created_at=datetime.now(UTC),
        budget_keys=(principal["key_id"],),
    )
    DynamoTransactions(client).commit(*DynamoApiKeys(client, table).adding(record))


def widen_key(client: DynamoDBClient, table: str, context: Mapping[str, str]) -> None:
    """Give the stored key the scopes that the principal in this context has."""
    principal: dict[str, Any] = json.loads(context["principal"])
    client.update_item(
        TableName=table,
        Key=to_item(api_key_of_workspace(principal["workspace_id"], principal["key_id"])),
        UpdateExpression="SET scopes = :scopes",
        ExpressionAttributeValues={":scopes": to_value(sorted(principal["scopes"]))},
    )
