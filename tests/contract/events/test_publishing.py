"""From a transaction's outbox item over the table's stream to bus and integration queue, against running services."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from tests.support.emulator import ACCOUNT, REGION, Emulator, unique_name
from tests.support.generations import NOW, a_generation, a_stored_image
from tests.support.streams import in_stream_record

from easel.domain.events import Event, generation_ended, serialise_event
from easel.domain.image import ServedBy, Status
from easel.events.publishers import EventBridgePublisher, SqsIntegrationPublisher
from easel.events.schema import GenerationEvent
from easel.events.stream import event_in_outbox_item
from easel.repositories.delivery.event_log import DynamoEventLog
from easel.repositories.delivery.listeners import DynamoListeners
from easel.repositories.delivery.outbox import DynamoOutbox
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.generations.generations import DynamoGenerations
from easel.services.delivery.describe_changes import DescribeChanges
from easel.services.delivery.publish_events import PublishEvents

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

STREAM_SECONDS: Final = 20.0
LATER: Final = NOW + timedelta(days=1)


def an_event() -> Event:
    generation = a_generation(status=Status.COMPLETED, completed_at=NOW)
    (image,) = generation.images
    image = replace(
        image,
        status=Status.COMPLETED,
        stage=None,
        stored=a_stored_image(),
        served_by=ServedBy("wavespeed", "seedream-v4"),
    )
    return generation_ended(replace(generation, images=(image,)), lambda *_: "https://pictures.example/i/token")


class World:
    """A table with its stream, a bus with a rule that catches our events, the integration queue."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._dynamodb: DynamoDBClient = emulator.client("dynamodb")
        self._sqs: SQSClient = emulator.client("sqs")
        self._table = unique_name("core")
        self._dynamodb.create_table(
            TableName=self._table,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        self.now = NOW
        self.outbox = DynamoOutbox(self._dynamodb, self._table)
        self.log = DynamoEventLog(self._dynamodb, self._table)
        self.listeners = DynamoListeners(self._dynamodb, self._table)
        self.integration_queue = self._sqs.create_queue(QueueName=unique_name("integration"))["QueueUrl"]
        self.subscribed_queue = self._sqs.create_queue(QueueName=unique_name("subscribed"))["QueueUrl"]
        bus = self._bus_with_a_rule_to(self.subscribed_queue)
        self.publish = PublishEvents(
            publishers=[
                EventBridgePublisher(emulator.client("events"), bus),
                SqsIntegrationPublisher(self._sqs, self.integration_queue),
            ],
            log=self.log,
            listeners=self.listeners,
            describe=DescribeChanges(
                generations=DynamoGenerations(self._dynamodb, self._table),
                log=self.log,
                permalink_of=lambda *_: "https://pictures.example/i/token",
            ),
            forget=self.outbox.remove,
            clock=lambda: self.now,
        )

    def _bus_with_a_rule_to(self, queue_url: str) -> str:
        events = self._emulator.client("events")
        name = unique_name("bus")
        events.create_event_bus(Name=name)
        pattern = {"source": ["easel"], "detail-type": ["generation.completed"], "detail": {"version": [1]}}
        events.put_rule(Name="completed", EventBusName=name, EventPattern=json.dumps(pattern))
        target = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue_url.rpartition('/')[2]}"
        events.put_targets(Rule="completed", EventBusName=name, Targets=[{"Id": "queue", "Arn": target}])
        return name

    def save(self, event: Event) -> None:
        DynamoTransactions(self._dynamodb).commit(self.outbox.adding(event))

    def new_images_in_stream(self, count: int) -> list[dict[str, Any]]:
        """What inserts the stream has told of, once there are so many."""
        streams = self._emulator.client("dynamodbstreams")
        (found,) = streams.list_streams(TableName=self._table)["Streams"]
        shards = streams.describe_stream(StreamArn=found["StreamArn"])["StreamDescription"]["Shards"]
        give_up = time.monotonic() + STREAM_SECONDS
        while time.monotonic() < give_up:
            records = [record for shard in shards for record in self._records(streams, found["StreamArn"], shard)]
            images = [record["dynamodb"]["NewImage"] for record in records if record["eventName"] == "INSERT"]
            if len(images) >= count:
                return images
            time.sleep(0.05)
        raise AssertionError(f"the stream did not tell of {count} inserts within {STREAM_SECONDS} s")

    def _records(self, streams: Any, stream_arn: str, shard: dict[str, Any]) -> list[dict[str, Any]]:
        iterator = streams.get_shard_iterator(
            StreamArn=stream_arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        records: list[dict[str, Any]] = streams.get_records(ShardIterator=iterator)["Records"]
        return records

    def messages(self, queue_url: str) -> list[Any]:
        answer = self._sqs.receive_message(
            QueueUrl=queue_url, WaitTimeSeconds=5, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        )
        return list(answer.get("Messages", []))


@pytest.fixture
def world(emulator: Emulator) -> World:
    return World(emulator)


@pytest.mark.requirement("M-10")
def test_a_saved_event_reaches_bus_and_queue_and_leaves_the_outbox(world: World) -> None:
    event = an_event()
    world.save(event)

    (image,) = world.new_images_in_stream(1)
    world.publish(event_in_outbox_item(in_stream_record(image)))

    (queued,) = world.messages(world.integration_queue)
    assert queued["Body"] == serialise_event(event)
    assert {name: value["StringValue"] for name, value in queued["MessageAttributes"].items()} == {
        "type": "generation.completed",
        "version": "1",
        "workspaceId": event.workspace_id,
        "eventId": event.id,
    }
    (caught,) = world.messages(world.subscribed_queue)
    envelope = json.loads(caught["Body"])
    assert (envelope["source"], envelope["detail-type"]) == ("easel", "generation.completed")
    assert GenerationEvent.model_validate(envelope["detail"]).id == event.id
    assert world.outbox.waiting(LATER, LATER, 10) == []


def test_a_record_that_comes_twice_is_told_twice_under_one_id_and_harms_nothing(world: World) -> None:
    world.save(an_event())
    (image,) = world.new_images_in_stream(1)

    world.publish(event_in_outbox_item(in_stream_record(image)))
    world.publish(event_in_outbox_item(in_stream_record(image)))

    bodies = [json.loads(message["Body"]) for message in world.messages(world.integration_queue)]
    assert {body["id"] for body in bodies} == {an_event().id}
    assert world.outbox.waiting(LATER, LATER, 10) == []


def test_what_the_stream_left_behind_can_be_published_from_the_outbox(world: World) -> None:
    world.save(an_event())

    for waiting in world.outbox.waiting(LATER, LATER, 10):
        world.publish(waiting.read())

    (queued,) = world.messages(world.integration_queue)
    assert json.loads(queued["Body"])["id"] == an_event().id
    assert world.outbox.waiting(LATER, LATER, 10) == []
