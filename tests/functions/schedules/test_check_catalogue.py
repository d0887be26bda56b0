"""The daily check as a Lambda: what it finds goes to the queue, the metric and the answer."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from functions.schedules.check_catalogue import handler
from tests.support.emulator import Emulator, unique_name
from tests.support.tables import create_core_table, create_ledger_table

from easel import settings
from easel.errors import QueueUnavailable
from easel.events.catalogue_schema import ModelEvent
from easel.repositories.delivery.listeners import DynamoListeners
from easel.repositories.delivery.outbox import DynamoOutbox
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.money.ledger import DynamoLedger
from easel.services.ports.events import ListenerKind
from easel.wiring.aws import aws_client, dynamodb

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTEXT: Any = SimpleNamespace(
    function_name="check_catalogue",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:check_catalogue",
    aws_request_id="check-1",
    get_remaining_time_in_millis=lambda: 60_000,
)
NOW = datetime(2026, 11, 24, 6, 43, tzinfo=UTC)
ENDING = {"gpt-image-1.5", "gpt-image-1-mini", "chatgpt-image-latest"}


@pytest.fixture
def queue(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The integration queue, a week before three models of OpenAI end, with no key to ask OpenAI itself."""
    bus = unique_name("bus")
    emulator.client("events").create_event_bus(Name=bus)
    address: str = emulator.client("sqs").create_queue(QueueName=unique_name("integration"))["QueueUrl"]
    environment = emulator.environment() | {
        "PROVIDER_SETTINGS": json.dumps({"openai": {}, "sandbox": {}}),
        "EVENT_BUS_NAME": bus,
        "INTEGRATION_QUEUE_URL": address,
        "CORE_TABLE_NAME": create_core_table(emulator.client("dynamodb")),
        "LEDGER_TABLE_NAME": create_ledger_table(emulator.client("dynamodb")),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("easel.wiring.catalogue.check_catalogue.system_clock", lambda: NOW)
    settings.forget()
    aws_client.cache_clear()
    yield address
    settings.forget()
    aws_client.cache_clear()


@pytest.mark.requirement("X-25")
def test_what_is_amiss_is_told_to_other_systems_and_to_whoever_asks(emulator: Emulator, queue: str) -> None:
    answer = handler.lambda_handler({}, CONTEXT)

    assert answer["unchecked"] == {"openai": "auth"}
    assert {(found["what"], found["model"], found["daysLeft"]) for found in answer["findings"]} == {
        ("model_ends_soon", name, 7) for name in ENDING
    }
    told = emulator.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)["Messages"]
    events = [json.loads(message["Body"]) for message in told]
    assert {event["data"]["model"]["id"] for event in events} == ENDING
    assert {(event["type"], event["requestId"]) for event in events} == {("catalogue.model_ends_soon", "check-1")}


def test_findings_are_counted_by_kind_and_none_is_counted_too(
    emulator: Emulator, queue: str, capsys: pytest.CaptureFixture[str]
) -> None:
    handler.lambda_handler({}, CONTEXT)

    records = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    found = {record["finding"]: record["CatalogueFindings"] for record in records if "CatalogueFindings" in record}
    assert {kind: sum(counted) for kind, counted in found.items()} == {
        "model_missing": 0,
        "model_shutdown_announced": 0,
        "model_ends_soon": 3,
    }


def test_a_finding_that_cannot_be_published_is_counted_and_fails_the_run(
    emulator: Emulator, queue: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INTEGRATION_QUEUE_URL", f"{queue}-missing")
    settings.forget()

    with pytest.raises(QueueUnavailable, match="3 findings"):
        handler.lambda_handler({}, CONTEXT)

    records = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert [record["RecordsSetAside"] for record in records if "RecordsSetAside" in record] == [[3.0]]


@pytest.mark.requirement("M-10")
def test_workspaces_where_somebody_listens_are_told_of_each_model_once(
    emulator: Emulator, queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    core, ledger = os.environ["CORE_TABLE_NAME"], os.environ["LEDGER_TABLE_NAME"]
    for workspace in ("listening", "silent"):
        DynamoTransactions(dynamodb()).commit(*DynamoLedger(dynamodb(), ledger).opening(workspace, NOW))
    DynamoListeners(dynamodb(), core).listen("listening", ListenerKind.POLL, NOW, timedelta(days=30))

    for _ in range(2):
        handler.lambda_handler({}, CONTEXT)

    waiting = DynamoOutbox(dynamodb(), core).waiting(NOW + timedelta(days=1), NOW, 100)
    events = [ModelEvent.model_validate_json(one.text or "") for one in waiting]
    assert {event.workspace_id for event in events} == {"listening"}
    assert sorted(event.data.model.id for event in events) == sorted(ENDING)
    assert {event.data.model.days_left for event in events} == {7}
