"""Used tickets, in the `ephemeral` table: `TICKET#<id>` / `TICKET`, until the ticket would have expired anyway."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from easel.repositories.table import ConditionFailed, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEPT: Final = timedelta(minutes=10)
"""Longer than a ticket is good for, so that no clock that is a little off makes one good twice."""


class DynamoUsedTickets:
    """`create_ticket.UsedTickets`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def use(self, ticket_id: str, now: datetime) -> bool:
        record = {"pk": f"TICKET#{ticket_id}", "sk": "TICKET", "expiresAt": int((now + _KEPT).timestamp())}
        try:
            self._table.put(record, "attribute_not_exists(pk)")
        except ConditionFailed:
            return False
        return True
