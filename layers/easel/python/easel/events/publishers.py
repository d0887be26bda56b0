"""Destinations of events: the bus, the integration queue, and queues for replies. All get the same JSON.

Replies go to other systems and do not tell what providers take.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from easel.aws_errors import code_of, may_pass, raised_as
from easel.domain.events import Event, serialise_event
from easel.domain.events.event import without_provider_costs
from easel.errors import QueueUnavailable

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_sqs import SQSClient

logger = logging.getLogger(__name__)

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
            _send(self._client, self._queue_url, event)


class SqsReplyPublisher:
    """Publishes events to the queue that they name as `reply_to`; others are not its affair.

    Every such event is in the integration queue as well. So a queue that is gone or refuses us is logged and not tried
    again: it would hold up, and repeat, what the other destinations get.
    """

    def __init__(self, client: SQSClient) -> None:
        self._client = client

    def publish(self, event: Event) -> None:
        """Raises QueueUnavailable: not sent, or the outcome is unknown."""
        if event.reply_to is None:
            return
        with raised_as(QueueUnavailable, f"Event {event.id} could not be sent as a reply."):
            try:
                _send(self._client, event.reply_to, replace(event, data=without_provider_costs(event.data)))
            except ClientError as error:
                if may_pass(error):
                    raise
                logger.warning("reply queue refuses", extra={"event_id": event.id, "reason": code_of(error)})


def _send(client: SQSClient, queue_url: str, event: Event) -> None:
    client.send_message(
        QueueUrl=queue_url,
        MessageBody=serialise_event(event),
        MessageAttributes={
            "type": {"DataType": "String", "StringValue": event.type},
            "version": {"DataType": "Number", "StringValue": str(event.version)},
            "workspaceId": {"DataType": "String", "StringValue": event.workspace_id},
            "eventId": {"DataType": "String", "StringValue": event.id},
        },
    )
