"""Calls that wait for their answer.

WS#<workspace> / CALLED#<hash of the call>#<generation>    `turns` is how often its client has repeated it
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from easel.clock import to_iso
from easel.repositories.generations import keys
from easel.repositories.keys import workspace_partition
from easel.repositories.table import ConditionFailed, Query, Table
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TTL_GRACE: Final = timedelta(days=1)


class DynamoCallTickets:
    """`generate_once.CallTickets`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def issuing(self, workspace_id: str, call_hash: str, generation_id: str, until: datetime) -> Write:
        values = {
            **keys.call_ticket(workspace_id, call_hash, generation_id),
            "entity": "CALL_TICKET",
            "schema": 1,
            "generationId": generation_id,
            "turns": 0,
            "validUntil": to_iso(until),
            "expiresAt": int((until + _TTL_GRACE).timestamp()),
        }

        return self._table.putting("leave call ticket", values)

    def take(self, workspace_id: str, call_hash: str, turn: int, now: datetime) -> str | None:
        query = Query.of(workspace_partition(workspace_id), keys.call_tickets_prefix(call_hash))
        generation_id = None
        for ticket in self._table.records(query):
            if ticket["validUntil"] < to_iso(now):
                continue
            generation_id = str(ticket["generationId"])
            try:
                self._table.update(
                    keys.call_ticket(workspace_id, call_hash, generation_id),
                    "SET turns = :turn",
                    condition="turns < :turn",
                    values={":turn": turn},
                )
            except ConditionFailed:
                continue
            return generation_id
        return generation_id

    def close(self, workspace_id: str, call_hash: str, generation_id: str) -> None:
        # Both the call and its repetition may be answered.
        with suppress(ConditionFailed):
            self._table.delete(keys.call_ticket(workspace_id, call_hash, generation_id), "attribute_exists(pk)")
