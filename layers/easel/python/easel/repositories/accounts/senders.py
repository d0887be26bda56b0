"""Senders to the intake in DynamoDB.

SENDER#<id> / SENDER
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from easel.clock import from_iso, to_iso
from easel.errors import Conflict
from easel.repositories.accounts import keys
from easel.repositories.table import ConditionFailed, Table
from easel.services.ports.intake import Sender

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoSenders:
    """`ports.intake.Senders`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def find(self, sender_id: str) -> Sender | None:
        values = self._table.get(keys.intake_sender(sender_id))
        if values is None:
            return None
        return Sender(
            id=sender_id,
            workspace_id=values["workspaceId"],
            user_id=values["userId"],
            reply_to=tuple(values["replyTo"]),
            created_at=from_iso(values["createdAt"]),
        )

    def bind(self, sender: Sender) -> None:
        values = {
            **keys.intake_sender(sender.id),
            "entity": "SENDER",
            "schema": 1,
            "workspaceId": sender.workspace_id,
            "userId": sender.user_id,
            "replyTo": list(sender.reply_to),
            "createdAt": to_iso(sender.created_at),
        }
        own = "attribute_not_exists(pk) OR workspaceId = :workspace"
        try:
            self._table.put(values, own, {":workspace": sender.workspace_id})
        except ConditionFailed as failed:
            raise Conflict(f"The sender {sender.id} is bound to another workspace: unbind it first.") from failed

    def unbind(self, sender_id: str) -> None:
        with suppress(ConditionFailed):
            self._table.delete(keys.intake_sender(sender_id), "attribute_exists(pk)")
