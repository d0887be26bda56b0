"""What publishers make of a cloud that refuses or is away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from tests.support.generations import NOW, WORKSPACE_ID
from tests.support.offline import offline_options, unreachable_url

from easel.domain.events import Event
from easel.errors import QueueUnavailable
from easel.events.publishers import EventBridgePublisher, SqsIntegrationPublisher

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

EVENT = Event(
    id="c67877cc-bb29-5239-9fd0-c50d5f86c31c",
    type="generation.completed",
    workspace_id=WORKSPACE_ID,
    occurred_at=NOW,
    data={},
    request_id="req-1",
)


class RefusingBus:
    """EventBridge as it answers when the call was fine but the entry was not."""

    def put_events(self, **_: Any) -> dict[str, Any]:
        return {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException", "ErrorMessage": "Slow down"}]}


def test_an_entry_that_the_bus_refuses_is_a_failure_although_the_call_succeeds() -> None:
    publisher = EventBridgePublisher(cast("EventBridgeClient", RefusingBus()), "bus")

    with pytest.raises(QueueUnavailable, match=f"{EVENT.id}: ThrottlingException"):
        publisher.publish(EVENT)


def test_a_bus_that_cannot_be_reached_is_queue_unavailable() -> None:
    with unreachable_url() as url, pytest.raises(QueueUnavailable, match=EVENT.id):
        EventBridgePublisher(boto3.client("events", **offline_options(url)), "bus").publish(EVENT)


def test_a_queue_that_cannot_be_reached_is_queue_unavailable() -> None:
    with unreachable_url() as url, pytest.raises(QueueUnavailable, match=EVENT.id):
        SqsIntegrationPublisher(boto3.client("sqs", **offline_options(url)), f"{url}/0/queue").publish(EVENT)
