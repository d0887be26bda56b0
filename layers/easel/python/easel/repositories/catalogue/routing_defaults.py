"""What a workspace has set about providers, in DynamoDB.

WS#<workspace> / ROUTING     preferred provider, fallback, whether refusals may be taken elsewhere
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from easel.clock import to_iso
from easel.domain.request import Routing
from easel.repositories import keys
from easel.repositories.dynamodb import from_item, to_item
from easel.repositories.generations.generation_items import routing_from, routing_values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoRoutingDefaults:
    """`routes.RoutingDefaults`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._client = client
        self._table = table_name

    def of(self, workspace_id: str) -> Routing:
        answer = self._client.get_item(TableName=self._table, Key=to_item(keys.routing(workspace_id)))
        return routing_from(from_item(answer["Item"])) if "Item" in answer else Routing()

    def set(self, workspace_id: str, routing: Routing, now: datetime) -> None:
        """Replace what was set before; the last writer's word counts, as for any setting."""
        values = {"entity": "ROUTING", "changedAt": to_iso(now), **routing_values(routing)}
        self._client.put_item(TableName=self._table, Item=to_item({**keys.routing(workspace_id), **values}))
