"""Destinations of events: the event bus and the integration queue. Both get the same JSON (`serialise_event`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from easel.aws_errors import raised_as
from easel.domain.events import Event, serialise_event
from easel.errors import QueueUnavailable

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_sqs import SQSClient

SOURCE: Final = "easel"
"""`source` of our events on the bus; `detail-type` is the event's type and `detail` the event."""


class EventBridgePublisher:
    """Publishes to the event bus, for subscribers with a rule."""

    def __init__(self, client: EventBridgeClient, bus_name: str) -> None:
        self._client = client
        self._bus_name = bus_name

    def publish(self, event: Event) -> None:
        """Raises QueueUnavailable: not published, or the outcome is unknown."""
        with raised_as(QueueUnavailable, f"Event {event.id} could not be put on the bus."):
            answer = self._client.put_events(
                Entries=[
                    {
                        "EventBusName": self._bus_name,
                        "Source": SOURCE,
                        "DetailType": event.type,
                        "Time": event.occurred_at,
                        "Detail": serialise_event(event),
                    }
                ]
            )
        # The call succeeds even when the bus refuses the entry.
        if answer["FailedEntryCount"]:
            reason = answer["Entries"][0].get("ErrorCode", "unknown")
            raise QueueUnavailable(f"The bus refused event {event.id}: {reason}.")


class SqsIntegrationPublisher:
    """Publishes to the integration queue, for a system that polls.

    Message attributes `type`, `version`, `workspaceId` and `eventId` allow routing without reading the body.
    """

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def publish(self, event: Event) -> None:
        """Raises QueueUnavailable: not sent, or the outcome is unknown."""
        with raised_as(QueueUnavailable, f"Event {event.id} could not be sent to the integration queue."):
            self._client.send_message(
                QueueUrl=self._queue_url,
                MessageBody=serialise_event(event),
                MessageAttributes={
                    "type": {"DataType": "String", "StringValue": event.type},
                    "version": {"DataType": "Number", "StringValue": str(event.version)},
                    "workspaceId": {"DataType": "String", "StringValue": event.workspace_id},
                    "eventId": {"DataType": "String", "StringValue": event.id},
                },
            )
