"""Who listens to the events of a workspace.

EVENTS#<workspace> / LISTENER#<kind>      readers of the log, connections in real time; endpoints (`webhooks.py`)
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from easel.clock import from_iso, to_iso
from easel.repositories.delivery import keys
from easel.repositories.table import Query, Table, Values
from easel.services.ports.events import Listener, ListenerKind

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoListeners:
    """`ports.events.Listeners`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def of(self, workspace_id: str, now: datetime) -> Sequence[Listener]:
        query = Query.of(keys.events_partition(workspace_id), keys.LISTENER_PREFIX)
        # The record about webhooks counts the endpoints, and stays when the last one is deleted.
        records = (item for item in self._table.records(query) if item.get("endpoints", 1) > 0)
        return [listener for listener in map(_listener, records) if listener.until is None or listener.until > now]

    def listen(self, workspace_id: str, kind: ListenerKind, now: datetime, lasting: timedelta) -> Listener:
        key = keys.listener(workspace_id, kind.value)
        stored = self._table.get(key)
        known = _listener(stored) if stored else None
        if known and known.until and known.until > now + lasting / 2:
            return known
        is_on = known is not None and known.until is not None and known.until > now
        since = known.since if known and is_on else self._beginning(workspace_id, kind, now)
        until = now + lasting
        # Two at once write nearly the same; the later one holds.
        self._table.put(
            {
                **key,
                "entity": "LISTENER",
                "kind": kind.value,
                "since": to_iso(since),
                "until": to_iso(until),
                "expiresAt": int(until.timestamp()) + 1,
            }
        )
        return Listener(kind, since, until)

    def _beginning(self, workspace_id: str, kind: ListenerKind, now: datetime) -> datetime:
        """The numbers of real time begin anew; the log is one for all."""
        others = self.of(workspace_id, now) if kind is ListenerKind.POLL else ()
        return min((now, *(other.since for other in others)))


def _listener(item: Values) -> Listener:
    until = item.get("until")
    return Listener(ListenerKind(item["kind"]), from_iso(item["since"]), from_iso(until) if until else None)
