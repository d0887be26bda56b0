"""Events waiting to be sent. The table's stream picks them up; what it leaves behind, the sweeper finds."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from easel.clock import to_iso
from easel.domain.events import Event, deserialise_event, serialise_event
from easel.errors import StaleWrite
from easel.repositories import keys
from easel.repositories.table import ConditionFailed, Query, Table
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OUTBOX_ENTITY = "OUTBOX"


class DynamoOutbox:
    """`ports.generations.Outbox`, and the other end of it: what is waiting, and its removal."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def adding(self, event: Event) -> Write:
        values = {
            **keys.outbox(event.id),
            "entity": OUTBOX_ENTITY,
            "schema": 1,
            "createdAt": to_iso(event.occurred_at),
            "event": serialise_event(event),
        }
        return self._table.putting(
            "put outbox event", values, lambda _: StaleWrite(f"Event {event.id} was told already.")
        )

    def waiting_since(self, moment: datetime, limit: int) -> Sequence[Event]:
        """Events that were saved before `moment` and are still there."""
        found: list[Event] = []
        for shard in range(keys.OUTBOX_SHARDS):
            items, _ = self._table.page(Query.of(keys.outbox_partition(shard)), limit=limit)
            found += [deserialise_event(item["event"]) for item in items if item["createdAt"] < to_iso(moment)]
        return found[:limit]

    def remove(self, event_id: str) -> None:
        """Forget an event that was sent. One that is gone already is not an error: it was sent twice."""
        with suppress(ConditionFailed):
            self._table.delete(keys.outbox(event_id), "attribute_exists(pk)")
