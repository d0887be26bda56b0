"""Events waiting to be sent. The table's stream picks them up; what it leaves behind, the sweeper finds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from easel.clock import to_iso
from easel.domain.events import Event, deserialise_event, serialise_event
from easel.errors import StaleWrite
from easel.repositories import keys
from easel.repositories.dynamodb import TransactionWrite, from_item, is_condition_failure, to_item
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OUTBOX_ENTITY = "OUTBOX"


class DynamoOutbox:
    """`ports.generations.Outbox`, and the other end of it: what is waiting, and its removal."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._client = client
        self._table = table_name

    def adding(self, event: Event) -> Write:
        values = {
            **keys.outbox(event.id),
            "entity": OUTBOX_ENTITY,
            "schema": 1,
            "createdAt": to_iso(event.occurred_at),
            "event": serialise_event(event),
        }
        return TransactionWrite(
            "put outbox event",
            {
                "Put": {
                    "TableName": self._table,
                    "Item": to_item(values),
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            },
            lambda _: StaleWrite(f"Event {event.id} was told already."),
        )

    def waiting_since(self, moment: datetime, limit: int) -> Sequence[Event]:
        """Events that were saved before `moment` and are still there."""
        found: list[Event] = []
        for shard in range(keys.OUTBOX_SHARDS):
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues=to_item({":pk": keys.outbox_partition(shard)}),
                Limit=limit,
                ConsistentRead=True,
            )
            items = [from_item(item) for item in answer["Items"]]
            found += [deserialise_event(item["event"]) for item in items if item["createdAt"] < to_iso(moment)]
        return found[:limit]

    def remove(self, event_id: str) -> None:
        """Forget an event that was sent. One that is gone already is not an error: it was sent twice."""
        try:
            self._client.delete_item(
                TableName=self._table, Key=to_item(keys.outbox(event_id)), ConditionExpression="attribute_exists(pk)"
            )
        except ClientError as error:
            if not is_condition_failure(error):
                raise
