"""The outbox: events that are published from the table's stream, and by the sweep where that failed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from easel.clock import to_iso
from easel.compression import compressed, decompressed
from easel.domain.events import Event, serialise_event
from easel.errors import StaleWrite
from easel.repositories.delivery import keys
from easel.repositories.table import ConditionFailed, Query, Table, interleaved
from easel.services.ports.generations import WaitingEvent
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OUTBOX_ENTITY = "OUTBOX"


class DynamoOutbox:
    """`ports.generations.Outbox` and `ports.generations.WaitingEvents`, and the deletion of published events."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def adding(self, event: Event) -> Write:
        values: dict[str, Any] = {
            **keys.outbox(event.id),
            "entity": OUTBOX_ENTITY,
            "schema": 1,
            "createdAt": to_iso(event.occurred_at),
            "event": compressed(serialise_event(event)),
        }
        if event.reply_to is not None:
            values["replyTo"] = event.reply_to
        if event.webhook is not None:
            values["webhook"] = event.webhook.as_text()
        stale = StaleWrite(f"Event {event.id} was added before.")
        return self._table.putting("put outbox event", values, lambda _: stale)

    def waiting(self, saved_before: datetime, now: datetime, limit: int) -> Sequence[WaitingEvent]:
        shards = map(keys.outbox_partition, range(keys.OUTBOX_SHARDS))
        return interleaved((self._waiting(shard, saved_before, now, limit) for shard in shards), limit)

    def _waiting(self, partition: str, saved_before: datetime, now: datetime, limit: int) -> Iterable[WaitingEvent]:
        items = self._table.records(Query.of(partition), at_once=limit)
        due = (
            WaitingEvent(item["sk"], _text_of(item.get("event")), item.get("replyTo"), item.get("webhook"))
            for item in items
            if str(item.get("createdAt", "")) < to_iso(saved_before) and item.get("asideUntil", "") < to_iso(now)
        )
        return islice(due, limit)

    def set_aside(self, event_id: str, until: datetime) -> None:
        with suppress(ConditionFailed):
            self._table.update(
                keys.outbox(event_id),
                "SET asideUntil = :until",
                condition="attribute_exists(pk)",
                values={":until": to_iso(until)},
            )

    def remove(self, event_id: str) -> None:
        """Delete a published event. One that is deleted already is not an error: it was published twice."""
        with suppress(ConditionFailed):
            self._table.delete(keys.outbox(event_id), "attribute_exists(pk)")


def _text_of(value: object) -> str:
    """The event's JSON; empty where it cannot be read, which `WaitingEvent.read` reports."""
    try:
        return decompressed(value)
    except ValueError:
        return ""
