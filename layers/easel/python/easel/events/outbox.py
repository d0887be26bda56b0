"""Publishes events of the outbox, then deletes them from it.

Delivery is at least once: after a failure the event stays in the outbox and is published again with the same id, by
which receivers drop duplicates.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from easel.compression import decompressed
from easel.domain.events import Event, deserialise_event


class Publisher(Protocol):
    """A destination of events."""

    def publish(self, event: Event) -> None:
        """Raises QueueUnavailable."""
        ...


class PublishEvents:
    """Sends one event to every publisher in order, and then deletes it from the outbox.

    `forget` takes the event's id and ignores one that is already deleted. Publishing stops at the first failure: a
    destination that is down for an hour must not fill the others with duplicates.
    """

    def __init__(self, *, publishers: Sequence[Publisher], forget: Callable[[str], None]) -> None:
        self._publishers = publishers
        self._forget = forget

    def __call__(self, event: Event) -> None:
        """Raises QueueUnavailable; the event is then still in the outbox."""
        for publisher in self._publishers:
            publisher.publish(event)
        self._forget(event.id)


def event_in_outbox_item(image: Mapping[str, Any]) -> Event:
    """The event of an outbox item in a stream record (attributes in DynamoDB's typed form).

    Raises:
        ValueError: the item has no readable event. Retrying does not help.
    """
    try:
        reply_to = image.get("replyTo", {}).get("S")
        return replace(deserialise_event(decompressed(_value_of(image["event"]))), reply_to=reply_to)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("An outbox item carries no readable event.") from error


def _value_of(attribute: Mapping[str, Any]) -> object:
    """An attribute in a stream record, where bytes are base64."""
    return base64.b64decode(attribute["B"], validate=True) if "B" in attribute else attribute["S"]
