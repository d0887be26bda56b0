"""Events of a day for the WebSockets of a workspace, in the `ephemeral` table.

REALTIME#<workspace> / HEAD              the newest `seq`
REALTIME#<workspace> / SEQ#<seq>         an event
REALTIME#<workspace> / EVENT#<event id>  that it is recorded: the stream of the core table may repeat it
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from easel.compression import compressed, decompressed
from easel.domain.live_connections import EVENTS_KEPT, RecordedEvent, first_seq
from easel.errors import Contended, EaselError, StaleWrite
from easel.repositories.attribute_values import to_item
from easel.repositories.dynamodb import DynamoTransactions, TransactionWrite
from easel.repositories.realtime import keys
from easel.repositories.table import Query, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EVENT_ENTITY: Final = "REALTIME_EVENT"
_HEAD_KEPT: Final = timedelta(days=30)
_MAX_TRIES: Final = 10
_LARGEST: Final = 10**16 - 1


class _Recorded(EaselError):
    """The event has a `seq` already."""


class DynamoRecentEvents:
    """`ports.realtime.RecentEvents`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)
        self._transactions = DynamoTransactions(client)

    def record(
        self, workspace_id: str, event_id: str, user_id: str | None, text: str, *, since: datetime, now: datetime
    ) -> None:
        expires = int((now + EVENTS_KEPT).timestamp())
        known = keys.realtime_event_id(workspace_id, event_id) | {"expiresAt": expires}
        for _ in range(_MAX_TRIES):
            before = self._head(workspace_id)
            seq = max(before or 0, first_seq(since)) + 1
            event = {
                **keys.realtime_event(workspace_id, seq),
                "entity": EVENT_ENTITY,
                "workspaceId": workspace_id,
                "seq": seq,
                "userId": user_id,
                "text": compressed(text),
                "expiresAt": expires,
            }
            try:
                # Numbers are given in the order in which events are written: the stream has them in this order.
                self._transactions.commit(
                    self._table.putting("note that an event is recorded", known, _recorded),
                    self._advancing(workspace_id, before, seq, now),
                    self._table.putting("record an event", event),
                )
            except _Recorded:
                return
            except StaleWrite:
                continue
            return
        raise Contended("Too many events of one workspace at the same time.")

    def newest(self, workspace_id: str, since: datetime) -> int:
        return max(self._head(workspace_id) or 0, first_seq(since))

    def after(self, workspace_id: str, seq: int, now: datetime, limit: int) -> Sequence[RecordedEvent]:
        low, high = (keys.realtime_event(workspace_id, bound) for bound in (seq + 1, _LARGEST))
        found = self._table.records(Query.between(low["pk"], low["sk"], high["sk"]), at_once=limit)
        # DynamoDB may take days to delete what has expired.
        kept = (values for values in found if values["expiresAt"] > now.timestamp())
        return [_event(values) for values in islice(kept, limit)]

    def _head(self, workspace_id: str) -> int | None:
        stored = self._table.get(keys.realtime_head(workspace_id))
        return int(stored["seq"]) if stored else None

    def _advancing(self, workspace_id: str, before: int | None, seq: int, now: datetime) -> TransactionWrite:
        values = {":seq": seq, ":expires": int((now + _HEAD_KEPT).timestamp())}
        update: dict[str, Any] = {
            "TableName": self._table.name,
            "Key": to_item(keys.realtime_head(workspace_id)),
            "UpdateExpression": "SET seq = :seq, expiresAt = :expires",
            "ConditionExpression": "attribute_not_exists(pk)" if before is None else "seq = :before",
            "ExpressionAttributeValues": to_item(values | ({} if before is None else {":before": before})),
        }
        return TransactionWrite(
            "give the next number to an event", {"Update": update}, lambda _: StaleWrite("Another event came first.")
        )


def _recorded(_: dict[str, Any] | None) -> EaselError:
    return _Recorded("The event has a number already.")


def _event(values: Mapping[str, Any]) -> RecordedEvent:
    return RecordedEvent(int(values["seq"]), values["workspaceId"], values.get("userId"), decompressed(values["text"]))
