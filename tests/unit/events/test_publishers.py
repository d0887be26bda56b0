"""What publishers make of a cloud that refuses or is away."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from tests.support.generations import NOW, WORKSPACE_ID
from tests.support.offline import offline_options, unreachable_url

from easel.domain.events import Event
from easel.errors import QueueUnavailable
from easel.events.publishers import EventBridgePublisher, SqsIntegrationPublisher, SqsReplyPublisher

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_sqs import SQSClient

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


class Queues:
    """SQS as far as publishers use it."""

    def __init__(self) -> None:
        self.sent: dict[str, Any] = {}

    def send_message(self, *, QueueUrl: str, MessageBody: str, **_: Any) -> None:  # noqa: N803 - boto3's names
        self.sent[QueueUrl] = json.loads(MessageBody)["data"]


def test_a_reply_does_not_tell_what_providers_take() -> None:
    queues, image = Queues(), {"id": "1", "providerCostMicroUsd": 134_000}
    generation = {"id": "2", "providerCostMicroUsd": 134_000, "priceMilliCredits": 8_000, "images": [image]}
    event = replace(EVENT, data={"generation": generation}, reply_to="https://sqs.example/theirs")

    SqsReplyPublisher(cast("SQSClient", queues)).publish(event)
    SqsIntegrationPublisher(cast("SQSClient", queues), "https://sqs.example/ours").publish(event)

    hidden = {**generation, "providerCostMicroUsd": None, "images": [{"id": "1", "providerCostMicroUsd": None}]}
    assert queues.sent["https://sqs.example/theirs"] == {"generation": hidden}
    assert queues.sent["https://sqs.example/ours"] == {"generation": generation}
