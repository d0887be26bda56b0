"""Open WebSockets, in the `ephemeral` table.

CONNECTION#<connection> / CONNECTION                  whose it is
REALTIME#<workspace> / CONNECTION#<connection>        a connection, among all of its workspace
REALTIME#<workspace> / SUBSCRIBE#<connection>#<time>  a subscription that is to be answered
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from easel.clock import from_iso, to_iso
from easel.domain.live_connections import SUBSCRIBE_PAUSE, Connection, Subscription, Viewer
from easel.repositories.realtime import keys
from easel.repositories.table import ConditionFailed, Query, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SUBSCRIPTION_ENTITY: Final = "REALTIME_SUBSCRIPTION"
_SUBSCRIPTIONS_KEPT: Final = timedelta(hours=1)
_THERE: Final = "attribute_exists(pk)"


class DynamoConnections:
    """`ports.realtime.Connections`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def add(self, connection: Connection) -> None:
        viewer, expires = connection.viewer, int(connection.expires_at.timestamp())
        owner = {**keys.connection_owner(connection.id), "workspaceId": viewer.workspace_id, "expiresAt": expires}
        self._table.put(owner)
        self._table.put(
            {
                **keys.realtime_connection(viewer.workspace_id, connection.id),
                "entity": "REALTIME_CONNECTION",
                "id": connection.id,
                "workspaceId": viewer.workspace_id,
                "userId": viewer.user_id,
                "seesAll": viewer.sees_all,
                "connectedAt": to_iso(connection.connected_at),
                "expiresAt": expires,
            }
        )

    def get(self, connection_id: str, now: datetime) -> Connection | None:
        owner = self._table.get(keys.connection_owner(connection_id))
        stored = self._table.get(keys.realtime_connection(owner["workspaceId"], connection_id)) if owner else None
        return _connection(stored) if stored and stored["expiresAt"] > now.timestamp() else None

    def of_workspace(self, workspace_id: str, now: datetime) -> Sequence[Connection]:
        query = Query.of(keys.realtime_partition(workspace_id), keys.CONNECTION_PREFIX)
        return [_connection(each) for each in self._table.records(query) if each["expiresAt"] > now.timestamp()]

    def subscribe(self, subscription: Subscription, now: datetime) -> bool:
        workspace_id, connection_id = subscription.workspace_id, subscription.connection_id
        try:
            self._table.update(
                keys.realtime_connection(workspace_id, connection_id),
                "SET askedAt = :now",
                condition=f"{_THERE} AND (attribute_not_exists(askedAt) OR askedAt <= :before)",
                values={":now": to_iso(now), ":before": to_iso(now - SUBSCRIBE_PAUSE)},
            )
        except ConditionFailed:
            return False
        self._table.put(
            {
                **keys.realtime_subscription(workspace_id, connection_id, to_iso(now)),
                "entity": SUBSCRIPTION_ENTITY,
                "workspaceId": workspace_id,
                "connectionId": connection_id,
                "after": subscription.after,
                "expiresAt": int((now + _SUBSCRIPTIONS_KEPT).timestamp()),
            }
        )
        return True

    def subscribed(self, connection: Connection) -> None:
        with suppress(ConditionFailed):
            self._table.update(
                keys.realtime_connection(connection.viewer.workspace_id, connection.id),
                "SET seen = :seen",
                condition=_THERE,
                values={":seen": connection.seen},
            )

    def remove(self, connection_id: str) -> None:
        key = keys.connection_owner(connection_id)
        owner = self._table.get(key)
        if owner is None:
            return
        with suppress(ConditionFailed):
            self._table.delete(keys.realtime_connection(owner["workspaceId"], connection_id), _THERE)
        with suppress(ConditionFailed):
            self._table.delete(key, _THERE)


def _connection(values: Mapping[str, Any]) -> Connection:
    seen = values.get("seen")
    return Connection(
        id=values["id"],
        viewer=Viewer(values["workspaceId"], values["userId"], values["seesAll"]),
        connected_at=from_iso(values["connectedAt"]),
        seen=None if seen is None else int(seen),
    )
