"""Change a stored API key: what writes on a caller's authority checks it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from easel.repositories.accounts.keys import api_key_of_workspace
from easel.repositories.attribute_values import to_item, to_value

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def widen_key(client: DynamoDBClient, table: str, context: Mapping[str, str]) -> None:
    """Give the stored key the scopes that the principal in this context has."""
    principal: dict[str, Any] = json.loads(context["principal"])
    client.update_item(
        TableName=table,
        Key=to_item(api_key_of_workspace(principal["workspace_id"], principal["key_id"])),
        UpdateExpression="SET scopes = :scopes",
        ExpressionAttributeValues={":scopes": to_value(sorted(principal["scopes"]))},
    )
