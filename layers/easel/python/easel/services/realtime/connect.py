"""Accept a WebSocket: its ticket says who it is."""

from __future__ import annotations

from easel.clock import Clock
from easel.domain.live_connections import LISTENING, MAX_CONNECTIONS, Connection
from easel.errors import RateLimited
from easel.services.ports.events import ListenerKind, Listeners
from easel.services.ports.realtime import Connections
from easel.services.realtime.create_ticket import Tickets


class Connect:
    """Events of the workspace are recorded from now on, and sent once the client subscribes."""

    def __init__(self, *, tickets: Tickets, connections: Connections, listeners: Listeners, clock: Clock) -> None:
        self._tickets = tickets
        self._connections = connections
        self._listeners = listeners
        self._clock = clock

    def __call__(self, connection_id: str, ticket: str, workspace_id: str | None) -> Connection:
        """Raises Unauthenticated, Forbidden for another workspace than the ticket's, RateLimited."""
        viewer = self._tickets.redeem(ticket, workspace_id)
        now = self._clock()
        if len(self._connections.of_workspace(viewer.workspace_id, now)) >= MAX_CONNECTIONS:
            raise RateLimited(
                f"A workspace can have {MAX_CONNECTIONS} connections; close one first.",
                kind="connections",
                limit=MAX_CONNECTIONS,
            )
        self._listeners.listen(viewer.workspace_id, ListenerKind.REALTIME, now, LISTENING)
        connection = Connection(connection_id, viewer, now)
        self._connections.add(connection)
        return connection
