"""Delivers events to queues and buses of other AWS accounts. The body is that of a webhook, and signed like one.

The client of a destination is that of its region. Each call is short, and made once: the delivery has its own retries.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from easel.clock import Clock, system_clock
from easel.domain.deliveries import Attempt
from easel.domain.destinations import Destination
from easel.events.publishers import SOURCE
from easel.outbound.aws_attempts import Accepted, AwsAttempts, EntryRefused
from easel.outbound.signatures import signed
from easel.services.ports.webhooks import Posting

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef
    from mypy_boto3_sqs import SQSClient


class SqsPoster:
    """`ports.webhooks.Poster` for queues. A FIFO queue keeps the order of what it is sent about one generation."""

    def __init__(
        self,
        client: Callable[[str], SQSClient],
        *,
        attempts: AwsAttempts | None = None,
        clock: Clock = system_clock,
    ) -> None:
        self._client = client
        self._attempts = attempts or AwsAttempts(clock=clock)
        self._clock = clock

    def __call__(self, posting: Posting, number: int) -> Attempt:
        return self._attempts.make(number, lambda: self._send(posting, _named(posting)))

    def _send(self, posting: Posting, queue: Destination) -> Accepted:
        client = self._client(queue.region)
        attributes = signed(posting, self._clock()) | {
            "type": posting.event_type,
            "eventId": posting.event_id,
            "workspaceId": posting.workspace_id,
        }
        order: dict[str, Any] = {}
        if queue.is_fifo:
            # SQS drops what has the same id within five minutes, as every receiver of events has to.
            group = json.loads(posting.body)["orderingKey"] or posting.workspace_id
            order = {"MessageGroupId": group, "MessageDeduplicationId": posting.event_id}
        answer = client.send_message(
            QueueUrl=f"{client.meta.endpoint_url}/{queue.account_id}/{queue.name}",
            MessageBody=posting.body,
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
            },
            **order,
        )
        return Accepted(answer["ResponseMetadata"]["HTTPStatusCode"], f"MessageId {answer['MessageId']}")


class EventBridgePoster:
    """`ports.webhooks.Poster` for buses: `source` is `easel`, `detail-type` the type and `detail` the event."""

    def __init__(self, client: Callable[[str], EventBridgeClient], *, attempts: AwsAttempts | None = None) -> None:
        self._client = client
        self._attempts = attempts or AwsAttempts()

    def __call__(self, posting: Posting, number: int) -> Attempt:
        return self._attempts.make(number, lambda: self._put(posting, _named(posting)))

    def _put(self, posting: Posting, bus: Destination) -> Accepted:
        entry: PutEventsRequestEntryTypeDef = {
            "EventBusName": bus.arn,
            "Source": SOURCE,
            "DetailType": posting.event_type,
            "Detail": posting.body,
        }
        answer = self._client(bus.region).put_events(Entries=[entry])
        result = answer["Entries"][0]
        # The call succeeds even when the bus refuses the entry.
        if answer["FailedEntryCount"]:
            raise EntryRefused(result.get("ErrorCode", "Unknown"), result.get("ErrorMessage", ""))
        return Accepted(answer["ResponseMetadata"]["HTTPStatusCode"], f"EventId {result['EventId']}")


def _named(posting: Posting) -> Destination:
    if posting.destination is None:
        raise ValueError("a posting to AWS names its destination")
    return posting.destination
