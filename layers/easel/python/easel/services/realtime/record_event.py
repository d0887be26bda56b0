"""Record an event for the WebSockets of its workspace. The change of that table is what sends it."""

from __future__ import annotations

from collections.abc import Sequence

from easel.clock import Clock
from easel.domain.events import Event
from easel.domain.live_connections import text_of
from easel.services.ports.events import Listener, ListenerKind
from easel.services.ports.realtime import RecentEvents


class RecordEvent:
    """A `ListenerPublisher`. It waits for no connection: another function sends."""

    def __init__(self, *, recent: RecentEvents, clock: Clock) -> None:
        self._recent = recent
        self._clock = clock

    def publish(self, event: Event, listeners: Sequence[Listener]) -> None:
        """Raises Contended, DatabaseUnavailable."""
        following = [listener for listener in listeners if listener.kind is ListenerKind.REALTIME]
        if following:
            self._recent.record(
                event.workspace_id,
                event.id,
                event.user_id,
                text_of(event),
                since=following[0].since,
                now=self._clock(),
            )
