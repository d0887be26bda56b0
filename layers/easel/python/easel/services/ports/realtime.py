"""Real time: where connections and recent events are kept, and how something is sent through a WebSocket."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from easel.domain.live_connections import Connection, RecordedEvent, Subscription


class RecentEvents(Protocol):
    """The events of workspaces that a client follows, with their `seq`, for a day."""

    def record(
        self, workspace_id: str, event_id: str, user_id: str | None, text: str, *, since: datetime, now: datetime
    ) -> None:
        """Record an event with the next `seq`; one that was recorded before stays as it is.

        `since` is when the first client began to follow the workspace. Raises Contended, DatabaseUnavailable.
        """
        ...

    def newest(self, workspace_id: str, since: datetime) -> int:
        """The `seq` of the newest event; where counting began while there is none."""
        ...

    def after(self, workspace_id: str, seq: int, now: datetime, limit: int) -> Sequence[RecordedEvent]:
        """Those after this `seq` that are still kept, oldest first."""
        ...


class Connections(Protocol):
    """Open WebSockets."""

    def add(self, connection: Connection) -> None: ...

    def get(self, connection_id: str, now: datetime) -> Connection | None: ...

    def of_workspace(self, workspace_id: str, now: datetime) -> Sequence[Connection]: ...

    def subscribe(self, subscription: Subscription, now: datetime) -> bool:
        """Queue a subscription behind the events so far. False where the one before was a moment ago, or it is gone."""
        ...

    def subscribed(self, connection: Connection) -> None:
        """Store from where on it gets events. One that was closed meanwhile stays so."""
        ...

    def remove(self, connection_id: str) -> None: ...


class Sockets(Protocol):
    """The other ends of WebSockets."""

    def send(self, connection_id: str, text: str) -> bool:
        """Send a message. False where the connection is gone, or could not be reached and was closed."""
        ...
