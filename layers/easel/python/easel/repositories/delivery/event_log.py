"""The log of events. Sort keys are event ids, which begin with the time; an event that is logged late gets a later one.

EVENTS#<workspace> / AT#<position>        the event
EVENTS#<workspace> / LATE#<event id>      the position of one that was logged late
EVENTS#<workspace> / PROGRESS#<generation>  the last event of progress
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

from easel.clock import to_iso
from easel.compression import compressed, decompressed
from easel.domain.events import Event, serialise_event
from easel.domain.events.event import milliseconds_of
from easel.ids import is_derived, moved_id
from easel.repositories.delivery import keys
from easel.repositories.table import ConditionFailed, Query, Table, Values
from easel.services.ports.events import KEPT, LATE, LoggedEvent

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PROGRESS_KEPT: Final = timedelta(days=1)
_FIRST: Final = "00000000-0000-0000-0000-000000000000"
_LAST: Final = "ffffffff-ffff-ffff-ffff-ffffffffffff"


class DynamoEventLog:
    """`ports.events.EventLog`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def append(self, event: Event, now: datetime) -> None:
        in_time = is_derived(event.id) and now - event.occurred_at <= LATE
        position = event.id if in_time else self._late_position(event, now)
        values = {
            **keys.logged_event(event.workspace_id, position),
            "entity": "EVENT",
            "type": event.type,
            "userId": event.user_id,
            "event": compressed(serialise_event(event)),
            "expiresAt": int((now + KEPT).timestamp()),
        }
        with suppress(ConditionFailed):
            self._table.put(values, "attribute_not_exists(pk)")

    def _late_position(self, event: Event, now: datetime) -> str:
        if self._table.get(keys.logged_event(event.workspace_id, event.id)):
            return event.id
        stored = self._table.update(
            keys.late_event(event.workspace_id, event.id),
            "SET #position = if_not_exists(#position, :position), expiresAt = :expires",
            names={"#position": "position"},
            values={
                ":position": moved_id(event.id, milliseconds_of(now)),
                ":expires": int((now + KEPT).timestamp()),
            },
            returns="ALL_NEW",
        )
        return str(stored["position"])

    def read(self, workspace_id: str, after: str | None, until: datetime, limit: int) -> Sequence[LoggedEvent]:
        partition = keys.events_partition(workspace_id)
        low = keys.logged_event(workspace_id, after or _FIRST)["sk"]
        high = keys.logged_event(workspace_id, moved_id(_LAST, milliseconds_of(until)))["sk"]
        if high <= low:
            return []
        start = keys.logged_event(workspace_id, after) if after else None
        query = Query.between(partition, low, high)
        return [_logged(item) for item in islice(self._table.records(query, start=start, at_once=limit), limit)]

    def find(self, workspace_id: str, event_id: str) -> LoggedEvent | None:
        position = self.position_of(workspace_id, event_id)
        item = self._table.get(keys.logged_event(workspace_id, position))
        return _logged(item) if item else None

    def position_of(self, workspace_id: str, event_id: str) -> str:
        late = self._table.get(keys.late_event(workspace_id, event_id))
        return str(late["position"]) if late else event_id

    def admit_progress(self, event: Event, pause: timedelta) -> bool:
        try:
            self._table.update(
                keys.last_progress(event.workspace_id, str(event.data["id"])),
                "SET happenedAt = :at, eventId = :id, expiresAt = :expires",
                condition="attribute_not_exists(pk) OR happenedAt <= :before OR eventId = :id",
                values={
                    ":at": to_iso(event.occurred_at),
                    ":before": to_iso(event.occurred_at - pause),
                    ":id": event.id,
                    ":expires": int((event.occurred_at + _PROGRESS_KEPT).timestamp()),
                },
            )
        except ConditionFailed:
            return False
        return True


def _logged(item: Values) -> LoggedEvent:
    position = str(item["sk"]).removeprefix(keys.LOGGED_PREFIX)
    return LoggedEvent(position, item["type"], item.get("userId"), decompressed(item["event"]))
