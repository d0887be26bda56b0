"""From the outbox to the world: publish everywhere, then forget.

Delivery is at least once: whatever fails in between, the event stays in the outbox, comes again with the same id, and
receivers drop the repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from boto3.dynamodb.types import TypeDeserializer

from easel.domain.events import Event, deserialise_event

_deserializer: Final = TypeDeserializer()


class Publisher(Protocol):
    """One place that events go to."""

    def publish(self, event: Event) -> None:
        """Raises QueueUnavailable."""
        ...


class PublishEvents:
    """Sends one event to every publisher, in their order, and then removes it from the outbox.

    `forget` takes the event's id and must not mind one that is gone already. One publisher after the other, and nothing
    after a failure: a place that is down for an hour must not fill the others with repeats.
    """

    def __init__(self, *, publishers: Sequence[Publisher], forget: Callable[[str], None]) -> None:
        self._publishers = publishers
        self._forget = forget

    def __call__(self, event: Event) -> None:
        """Raises QueueUnavailable; the event then is still in the outbox."""
        for publisher in self._publishers:
            publisher.publish(event)
        self._forget(event.id)


def event_in_outbox_item(image: Mapping[str, Any]) -> Event:
    """The event of an outbox item as a stream record carries it: attributes in DynamoDB's typed form.

    Raises:
        ValueError: the item has no event that we can read. Repeating does not help.
    """
    try:
        return deserialise_event(_deserializer.deserialize(image["event"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("An outbox item carries no readable event.") from error
