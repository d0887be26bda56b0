"""Forget a WebSocket that was closed."""

from __future__ import annotations

from easel.services.ports.realtime import Connections


class Disconnect:
    """Not every end is announced: a connection that cannot be reached is forgotten as well, and all after two hours."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    def __call__(self, connection_id: str) -> None:
        """One that is forgotten already is no error."""
        self._connections.remove(connection_id)
