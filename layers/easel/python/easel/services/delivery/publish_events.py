"""Publish events: log them for those who listen, send them to every destination, then remove them from the outbox.

Delivery is at least once: after a failure an event stays in the outbox, or its change in the stream, and is published
again with the same id, by which receivers drop duplicates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from easel.clock import Clock
from easel.domain.events import Event
from easel.services.delivery.describe_changes import DescribeChanges
from easel.services.ports.events import Change, EventLog, Listener, Listeners


class Publisher(Protocol):
    """A destination of events."""

    def publish(self, event: Event) -> None:
        """Raises QueueUnavailable."""
        ...


class ListenerPublisher(Protocol):
    """A destination that only some workspaces have."""

    def publish(self, event: Event, listeners: Sequence[Listener]) -> None:
        """Raises QueueUnavailable."""
        ...


class PublishEvents:
    """Sends one event to every publisher in order, and then deletes it from the outbox.

    `publishers` get the events of the outbox. `listener_publishers` also get those that are derived from changes of
    records, which exist only for workspaces that have a listener. `forget` takes the event's id and ignores one that
    is already deleted. Publishing stops at the first failure: a destination that is down for an hour must not fill the
    others with duplicates.
    """

    def __init__(
        self,
        *,
        publishers: Sequence[Publisher],
        listener_publishers: Sequence[ListenerPublisher] = (),
        log: EventLog,
        listeners: Listeners,
        describe: DescribeChanges,
        forget: Callable[[str], None],
        clock: Clock,
    ) -> None:
        self._publishers = publishers
        self._listener_publishers = listener_publishers
        self._log = log
        self._listeners = listeners
        self._describe = describe
        self._forget = forget
        self._clock = clock

    def __call__(self, event: Event) -> Event:
        """Publish an event of the outbox. Raises QueueUnavailable; the event is then still in the outbox."""
        self._tell_listeners(event, self._listeners.of(event.workspace_id, self._clock()))
        for publisher in self._publishers:
            publisher.publish(event)
        self._forget(event.id)
        return event

    def change(self, change: Change) -> Event | None:
        """Publish what a changed record says; None without a listener, or for no event. Raises QueueUnavailable."""
        listeners = self._listeners.of(change.workspace_id, self._clock())
        event = self._describe(change) if listeners else None
        if event is not None:
            self._tell_listeners(event, listeners)
        return event

    def _tell_listeners(self, event: Event, listeners: Sequence[Listener]) -> None:
        if not listeners and event.webhook is None:
            return
        self._log.append(event, self._clock())
        for publisher in self._listener_publishers:
            publisher.publish(event, listeners)
