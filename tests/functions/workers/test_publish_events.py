"""The publisher as a Lambda: stream records in, sequence numbers of the failed ones out."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from functions.workers.publish_events import handler
from tests.support.emulator import Emulator, unique_name
from tests.support.engine import Fuse, WorkerKilledError, fused
from tests.support.tables import create_core_table, create_ephemeral_table

from easel import settings
from easel.domain.events import deserialise_event, serialise_event
from easel.repositories.delivery.event_log import DynamoEventLog
from easel.repositories.delivery.listeners import DynamoListeners
from easel.repositories.delivery.outbox import DynamoOutbox
from easel.repositories.dynamodb import DynamoTransactions
from easel.services.ports.events import ListenerKind
from easel.wiring import publish_events as wiring
from easel.wiring.aws import aws_client
from easel.wiring.publishers import publishers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_lambda_powertools.utilities.typing import LambdaContext

LATER = datetime(2100, 1, 1, tzinfo=UTC)
EXAMPLE = json.loads(Path(handler.__file__).with_name("event.json").read_text())
EXAMPLE_EVENT = deserialise_event(EXAMPLE["Records"][0]["dynamodb"]["NewImage"]["event"]["S"])


@dataclass
class Context:
    """What Lambda tells a function about its invocation, as far as it is used."""

    function_name: str = "publish_events"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:publish_events"
    aws_request_id: str = "5c2f"
    remaining: int = field(default=30_000)

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining


@dataclass
class World:
    """What the function works on."""

    emulator: Emulator
    outbox: DynamoOutbox
    integration_queue: str

    def told(self) -> list[str]:
        """Ids of the events in the integration queue."""
        answer = self.emulator.client("sqs").receive_message(
            QueueUrl=self.integration_queue, MaxNumberOfMessages=10, WaitTimeSeconds=1
        )
        return [json.loads(message["Body"])["id"] for message in answer.get("Messages", [])]


@pytest.fixture
def world(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    table = create_core_table(emulator.client("dynamodb"))
    bus = unique_name("bus")
    emulator.client("events").create_event_bus(Name=bus)
    queue = emulator.client("sqs").create_queue(QueueName=unique_name("integration"))["QueueUrl"]
    environment = emulator.environment() | {
        "CORE_TABLE_NAME": table,
        "EPHEMERAL_TABLE_NAME": create_ephemeral_table(emulator.client("dynamodb")),
        "EVENT_BUS_NAME": bus,
        "PUBLIC_BASE_URL": "https://easel.example",
        "INTEGRATION_QUEUE_URL": queue,
        "WEBHOOKS_QUEUE_URL": queue,
        "SLOW_WEBHOOKS_QUEUE_URL": queue,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings.forget()
    aws_client.cache_clear()
    yield World(emulator, DynamoOutbox(emulator.client("dynamodb"), table), queue)
    settings.forget()
    aws_client.cache_clear()


def a_record(sequence_number: int) -> dict[str, Any]:
    """The example's record as another one: its own event id and sequence number."""
    record: dict[str, Any] = copy.deepcopy(EXAMPLE["Records"][0])
    record["dynamodb"]["SequenceNumber"] = str(sequence_number)
    event = json.loads(record["dynamodb"]["NewImage"]["event"]["S"])
    event["id"] = f"c67877cc-bb29-5239-9fd0-{sequence_number:012d}"
    record["dynamodb"]["NewImage"]["event"]["S"] = json.dumps(event)
    return record


def event_id(record: dict[str, Any]) -> str:
    return deserialise_event(record["dynamodb"]["NewImage"]["event"]["S"]).id


def handle(*records: dict[str, Any]) -> list[str]:
    """Invoke the function; the sequence numbers that it reports as failed."""
    answer = handler.lambda_handler({"Records": list(records)}, cast("LambdaContext", Context()))
    return [str(failure["itemIdentifier"]) for failure in answer["batchItemFailures"]]


def test_the_example_is_published_and_leaves_the_outbox(world: World) -> None:
    (record,) = EXAMPLE["Records"]
    event = deserialise_event(record["dynamodb"]["NewImage"]["event"]["S"])
    DynamoTransactions(world.emulator.client("dynamodb")).commit(world.outbox.adding(event))

    failed = handle(record)

    assert failed == []
    assert world.told() == [event.id]
    assert world.outbox.waiting(LATER, LATER, 10) == []


@pytest.mark.parametrize("event", [{"S": "not json"}, {"S": "{}"}, {"N": "1"}, {"S": '{"id":1}'}])
def test_an_unreadable_event_is_counted_and_does_not_hold_up_those_behind_it(
    world: World, event: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad, better = a_record(1), a_record(2), a_record(3)
    bad["dynamodb"]["NewImage"]["event"] = event

    failed = handle(good, bad, better)

    assert failed == [], "a retry would not help, and the shard would wait for it"
    assert sorted(world.told()) == sorted([event_id(good), event_id(better)])
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert [record["RecordsSetAside"] for record in records if "RecordsSetAside" in record] == [[1.0]]


def test_when_nothing_can_be_published_every_record_is_reported_and_nothing_is_raised(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTEGRATION_QUEUE_URL", f"{world.integration_queue}-missing")
    settings.forget()

    assert handle(a_record(1), a_record(2)) == ["1", "2"]


def test_a_record_that_comes_again_is_no_failure(world: World) -> None:
    record = a_record(7)

    assert handle(record) == []
    assert handle(record) == []


SIDE_EFFECTS = ("append", "publish", "remove")


def a_publisher_that_dies(world: World, fuse: Fuse, patch: pytest.MonkeyPatch) -> None:
    """The function's own parts; the process is gone after the side effect at which the fuse burns."""
    table, client = settings.load(handler.Env).CORE_TABLE_NAME, world.emulator.client("dynamodb")
    made = publishers(settings.load(handler.Env))
    patch.setattr(wiring, "publishers", lambda _: [fused(one, fuse, *SIDE_EFFECTS) for one in made])
    patch.setattr(wiring, "DynamoEventLog", lambda *_: fused(DynamoEventLog(client, table), fuse, *SIDE_EFFECTS))
    patch.setattr(wiring, "DynamoOutbox", lambda *_: fused(DynamoOutbox(client, table), fuse, *SIDE_EFFECTS))


def sent_bodies(world: World) -> list[str]:
    """Everything in the integration queue, as it came."""
    sqs, bodies = world.emulator.client("sqs"), []
    while messages := sqs.receive_message(QueueUrl=world.integration_queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            bodies.append(message["Body"])
            sqs.delete_message(QueueUrl=world.integration_queue, ReceiptHandle=message["ReceiptHandle"])
    return bodies


@pytest.mark.requirement("M-10")
def test_a_publisher_may_die_after_any_side_effect_and_what_comes_twice_is_the_same(world: World) -> None:
    client, workspace_id = world.emulator.client("dynamodb"), EXAMPLE_EVENT.workspace_id
    table, now = settings.load(handler.Env).CORE_TABLE_NAME, datetime.now(UTC)
    DynamoListeners(client, table).listen(workspace_id, ListenerKind.POLL, now, timedelta(days=1))

    def published(first: int, burns_at: int | None) -> tuple[Fuse, list[str]]:
        """Three events of one batch of the stream, which comes again after the process has died."""
        records, fuse = [a_record(first + number) for number in range(3)], Fuse(burns_at)
        events = [deserialise_event(record["dynamodb"]["NewImage"]["event"]["S"]) for record in records]
        DynamoTransactions(client).commit(*(world.outbox.adding(event) for event in events))
        with pytest.MonkeyPatch.context() as patch:
            a_publisher_that_dies(world, fuse, patch)
            with suppress(WorkerKilledError):
                handle(*records)
        if burns_at:
            assert handle(*records) == []
        bodies = sent_bodies(world)
        assert set(bodies) == {serialise_event(event) for event in events}, "none is lost; each repetition is identical"
        assert world.outbox.waiting(LATER, LATER, 10) == []
        log = DynamoEventLog(client, table)
        assert [log.find(workspace_id, event.id) is not None for event in events] == [True] * 3
        return fuse, bodies

    counted, once = published(10, None)
    assert len(once) == 3
    assert {name.partition(".")[2] for name in counted.steps} == set(SIDE_EFFECTS)
    for burns_at in range(1, len(counted.steps) + 1):
        published(10 + burns_at * 10, burns_at)
