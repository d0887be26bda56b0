"""Routing defaults of workspaces in DynamoDB.

WS#<workspace> / ROUTING     preferred provider, fallback, whether refused requests may go to another provider
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from easel.clock import to_iso
from easel.domain.request import Routing
from easel.errors import EaselError
from easel.repositories.attribute_values import to_item
from easel.repositories.dynamodb import TransactionWrite
from easel.repositories.generations.values import routing_from, routing_values
from easel.repositories.keys import Key, workspace_partition
from easel.repositories.table import Table
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def _key(workspace_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": "ROUTING"}


class DynamoRoutingDefaults:
    """`choose_provider.RoutingDefaults`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def of(self, workspace_id: str) -> Routing:
        values = self._table.get(_key(workspace_id), consistent=False)
        return routing_from(values) if values else Routing()

    def setting(self, workspace_id: str, routing: Routing, now: datetime) -> Write:
        """Replace the settings; the last write wins."""
        values = {"entity": "ROUTING", "changedAt": to_iso(now), **routing_values(routing)}
        item = to_item({**_key(workspace_id), **values})
        return TransactionWrite("set routing", {"Put": {"TableName": self._table.name, "Item": item}}, _no_condition)


def _no_condition(_: object) -> EaselError:
    raise AssertionError("this write has no condition that could fail")
