"""The queues between our parts, against a running SQS."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from pydantic import ValidationError
from tests.support.emulator import Emulator, unique_name
from tests.support.generations import GENERATION_ID, NOW, WORKSPACE_ID, a_generation
from tests.support.offline import offline_options, unreachable_url

from easel.domain.catalogue import load_catalogue
from easel.domain.request import Fallback, Routing
from easel.errors import QueueUnavailable
from easel.services.ports.image_tasks import ImageRef
from easel.services.ports.messages import QueuedGeneration
from easel.workflow.messages import CollectMessage, RenderMessage, queued_from, queued_values
from easel.workflow.queues import MessageHold, SqsGenerationQueue, SqsImageQueue

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

REF = ImageRef(WORKSPACE_ID, GENERATION_ID, 3, "req-1")
CANDIDATE = load_catalogue().find("seedream-v4").candidates[0]


@pytest.fixture
def sqs(emulator: Emulator) -> SQSClient:
    return emulator.client("sqs")


@pytest.fixture
def queue_url(sqs: SQSClient) -> str:
    return sqs.create_queue(QueueName=unique_name("queue"))["QueueUrl"]


def received(sqs: SQSClient, queue_url: str) -> str:
    (message,) = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=5, MaxNumberOfMessages=10)["Messages"]
    return message["Body"]


def waiting_with_delay(sqs: SQSClient, queue_url: str) -> int:
    names: list[Any] = ["ApproximateNumberOfMessagesDelayed"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
    return int(attributes["ApproximateNumberOfMessagesDelayed"])


def an_image_queue(sqs: SQSClient, *, render: str = "", collect: str = "") -> SqsImageQueue:
    return SqsImageQueue(sqs, render_queue_urls={"wavespeed": render}, collect_queue_urls={"wavespeed": collect})


@pytest.mark.requirement("S000-42", "S000-75", "M-5")
def test_a_generation_is_queued_with_what_it_takes_to_start_it(sqs: SQSClient, queue_url: str) -> None:
    generation = a_generation(count=4, deadline=NOW + timedelta(seconds=89.2))

    SqsGenerationQueue(sqs, queue_url).submit(generation)

    body = received(sqs, queue_url)
    assert json.loads(body) == {
        "workspaceId": WORKSPACE_ID,
        "generationId": GENERATION_ID,
        "requestId": "req-1",
        "model": "seedream-v4",
        "references": 0,
        "mask": False,
        "images": 4,
        "deadlineSeconds": 90,
    }
    assert queued_from(body) == QueuedGeneration.of(generation)


def test_a_queued_generation_reads_back_whole_and_fields_of_a_newer_version_are_ignored() -> None:
    queued = QueuedGeneration.of(a_generation(routing=Routing("google", Fallback.NONE)))
    body = queued_values(queued) | {"colour": "red"}

    assert queued_from(json.dumps(body)) == queued


@pytest.mark.parametrize("body", ["", "{}", '{"workspaceId": 1}', "[]"])
def test_what_is_no_queued_generation_is_an_error(body: str) -> None:
    with pytest.raises(ValidationError):
        queued_from(body)


def test_a_render_message_reads_back_and_looks_like_the_one_of_the_state_machine(
    sqs: SQSClient, queue_url: str
) -> None:
    queue = an_image_queue(sqs, render=queue_url)

    queue.render(REF, candidate=CANDIDATE, task_token="token", delay=timedelta())

    body = received(sqs, queue_url)
    message = RenderMessage.model_validate_json(body)
    assert (message.ref(), message.provider, message.model, message.task_token) == (REF, *CANDIDATE.key, "token")
    assert set(json.loads(body)) == {
        "workspaceId",
        "generationId",
        "index",
        "requestId",
        "provider",
        "model",
        "taskToken",
    }


def test_a_collect_message_reads_back(sqs: SQSClient, queue_url: str) -> None:
    an_image_queue(sqs, collect=queue_url).collect(REF, provider="wavespeed", delay=timedelta(), polls=2)

    message = CollectMessage.model_validate_json(received(sqs, queue_url))
    assert (message.ref(), message.provider, message.polls) == (REF, "wavespeed", 2)


def test_a_delayed_message_is_not_there_yet(sqs: SQSClient, queue_url: str) -> None:
    queue = an_image_queue(sqs, render=queue_url, collect=queue_url)

    queue.collect(REF, provider="wavespeed", delay=timedelta(minutes=1), polls=1)
    queue.render(REF, candidate=CANDIDATE, task_token="token", delay=timedelta(minutes=1))

    assert waiting_with_delay(sqs, queue_url) == 2


@pytest.mark.parametrize(
    ("delay", "seconds"),
    [
        (timedelta(), 0),
        (timedelta(seconds=-5), 0),
        (timedelta(milliseconds=1), 1),
        (timedelta(seconds=2.5), 3),
        (timedelta(minutes=15), 900),
        (timedelta(hours=3), 900),
    ],
)
def test_delays_are_whole_seconds_within_what_sqs_takes(
    emulator: Emulator, queue_url: str, delay: timedelta, seconds: int
) -> None:
    client = boto3.client("sqs", **emulator.client_options())
    sent: list[dict[str, Any]] = []
    client.meta.events.register("provide-client-params.sqs.SendMessage", lambda params, **_: sent.append(params))

    an_image_queue(client, collect=queue_url).collect(REF, provider="wavespeed", delay=delay, polls=1)

    assert sent[0]["DelaySeconds"] == seconds


def test_fields_of_a_newer_version_are_ignored() -> None:
    body = json.dumps(
        {"workspaceId": "w", "generationId": "g", "index": 0, "requestId": "", "provider": "p", "colour": "red"}
    )

    assert CollectMessage.model_validate_json(body).polls == 0


def test_a_provider_without_a_queue_is_an_error_in_the_settings(sqs: SQSClient) -> None:
    with pytest.raises(KeyError, match="nobody"):
        an_image_queue(sqs).render(
            REF, candidate=replace(CANDIDATE, provider="nobody"), task_token="token", delay=timedelta()
        )


def test_a_missing_queue_is_queue_unavailable(sqs: SQSClient, queue_url: str) -> None:
    missing = f"{queue_url}-missing"

    with pytest.raises(QueueUnavailable):
        an_image_queue(sqs, collect=missing).collect(REF, provider="wavespeed", delay=timedelta(), polls=1)


def test_a_cloud_that_is_away_is_queue_unavailable() -> None:
    with unreachable_url() as url:
        queue = SqsGenerationQueue(boto3.client("sqs", **offline_options(url)), f"{url}/000000000000/generations")
        with pytest.raises(QueueUnavailable, match="generations"):
            queue.submit(a_generation())


def test_a_held_message_comes_again_when_the_hold_is_over_and_not_before(sqs: SQSClient, queue_url: str) -> None:
    sqs.send_message(QueueUrl=queue_url, MessageBody="work")
    (message,) = sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=600, WaitTimeSeconds=5)["Messages"]

    MessageHold(sqs, timedelta(seconds=60))(queue_url, message["ReceiptHandle"])
    assert "Messages" not in sqs.receive_message(QueueUrl=queue_url)

    MessageHold(sqs, timedelta())(queue_url, message["ReceiptHandle"])
    assert received(sqs, queue_url) == "work"


def test_a_message_that_cannot_be_held_is_left_to_its_queue(sqs: SQSClient, queue_url: str) -> None:
    MessageHold(sqs, timedelta(seconds=60))(f"{queue_url}-missing", "no such receipt")
