"""Send recorded events through the WebSockets of their workspace, and answer subscriptions.

Both come in the order in which they were written, those of one workspace one after the other. So a subscription is
answered with all that is recorded by then, and every later event follows it: no client gets an event before an older
one. If the worker dies, some messages are sent again; clients drop what is not larger than the last `seq`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from easel.clock import Clock
from easel.domain.live_connections import (
    MOST_MISSED,
    Connection,
    RecordedEvent,
    Subscription,
    hello,
    ready,
    resync,
)
from easel.services.ports.events import ListenerKind, Listeners
from easel.services.ports.realtime import Connections, RecentEvents, Sockets

Together = Callable[[Iterable[Callable[[], bool]]], Sequence[bool]]
"""Makes calls at the same time; gives their results in order."""


class PushEvents:
    """A connection that cannot be reached is closed, and its client gets the rest when it comes back."""

    def __init__(
        self,
        *,
        recent: RecentEvents,
        connections: Connections,
        listeners: Listeners,
        sockets: Sockets,
        together: Together,
        clock: Clock,
    ) -> None:
        self._recent = recent
        self._connections = connections
        self._listeners = listeners
        self._sockets = sockets
        self._together = together
        self._clock = clock

    def event(self, event: RecordedEvent) -> int:
        """Send an event to all who get it; how many connections were gone. Raises DatabaseUnavailable."""
        connections = self._connections.of_workspace(event.workspace_id, self._clock())
        getting = [connection for connection in connections if connection.gets(event)]
        sent = self._together(partial(self._sockets.send, each.id, event.message) for each in getting)
        gone = [connection for connection, is_sent in zip(getting, sent, strict=True) if not is_sent]
        for connection in gone:
            self._connections.remove(connection.id)
        return len(gone)

    def subscription(self, subscription: Subscription) -> int:
        """Answer a subscription; 1 if the connection was gone. Raises DatabaseUnavailable."""
        connection = self._connections.get(subscription.connection_id, self._clock())
        if connection is None:
            return 0
        messages, seen = self._messages(subscription, connection)
        if not all(self._sockets.send(connection.id, message) for message in messages):
            self._connections.remove(connection.id)
            return 1
        self._connections.subscribed(connection.since(seen))
        return 0

    def _messages(self, subscription: Subscription, connection: Connection) -> tuple[Sequence[str], int]:
        """What a client is sent that has subscribed, and the `seq` up to which it has everything then."""
        now = self._clock()
        listening = self._listeners.of(subscription.workspace_id, now)
        since = next((each.since for each in listening if each.kind is ListenerKind.REALTIME), now)
        newest = self._recent.newest(subscription.workspace_id, since)
        after = subscription.after
        if after is None:
            return [hello(newest, resumed=False), ready(newest)], newest
        missed = self._recent.after(subscription.workspace_id, after, now, MOST_MISSED + 1)
        # Numbers have no gaps while a client follows; one of another time has no successor here.
        if len(missed) > MOST_MISSED or (missed[0].seq if missed else newest + 1) != after + 1:
            return _afresh(newest), newest
        newest = missed[-1].seq if missed else newest
        seen = [event.message for event in missed if connection.viewer.sees(event.user_id)]
        return [hello(after, resumed=True), *seen, ready(newest)], newest


def _afresh(newest: int) -> Sequence[str]:
    return [hello(newest, resumed=False), resync(newest), ready(newest)]
