"""Marks of deletion in DynamoDB: `deletedAt` of an IMAGE and of a STATE. Readers take marked records for absent."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from easel.clock import to_iso
from easel.domain.image import OPEN
from easel.errors import StaleWrite
from easel.repositories.attribute_values import to_item
from easel.repositories.dynamodb import TransactionWrite
from easel.repositories.generations import keys as generation_keys
from easel.repositories.table import Table
from easel.services.ports.image_tasks import ImageRef
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoDeletions:
    """`ports.deletion.DeletionRecords`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def marking_image(self, ref: ImageRef, at: datetime, trashed_at: datetime | None = None) -> Write:
        values = {":at": to_iso(at), ":one": 1} | ({":trashed": to_iso(trashed_at)} if trashed_at else {})
        where = "trashedAt = :trashed" if trashed_at else "attribute_not_exists(trashedAt)"
        action = {
            "TableName": self._table.name,
            "Key": to_item(generation_keys.generation_image(ref.workspace_id, ref.generation_id, ref.index)),
            "UpdateExpression": "SET deletedAt = :at ADD version :one",
            "ConditionExpression": f"attribute_exists(#stored) AND attribute_not_exists(deletedAt) AND {where}",
            "ExpressionAttributeNames": {"#stored": "stored"},
            "ExpressionAttributeValues": to_item(values),
        }
        return _update("delete image", action)

    def marking_generation(self, workspace_id: str, generation_id: str, at: datetime) -> Write:
        pending, processing = (status.value for status in OPEN)
        action = {
            "TableName": self._table.name,
            "Key": to_item(generation_keys.generation_state(workspace_id, generation_id)),
            "UpdateExpression": "SET deletedAt = :at REMOVE statusKey",
            "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(deletedAt)"
            " AND NOT #status IN (:pending, :processing)",
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": to_item({":at": to_iso(at), ":pending": pending, ":processing": processing}),
        }
        return _update("delete generation", action)

    def is_deleted(self, workspace_id: str, generation_id: str) -> bool:
        state = self._table.get(generation_keys.generation_state(workspace_id, generation_id))
        return state is not None and "deletedAt" in state


def _update(description: str, action: dict[str, Any]) -> Write:
    stale = StaleWrite(f"{description}: it is deleted, or not in a state to be.")
    return TransactionWrite(description, {"Update": action}, lambda _: stale)
