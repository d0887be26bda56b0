"""What workers share about the health of providers, on a real table and in memory."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import boto3
import pytest
from tests.support.generations import NOW
from tests.support.health import MemoryHealth
from tests.support.tables import create_ephemeral_table

from easel.domain.catalogue import Candidate
from easel.domain.circuits import MIN_CALLERS, RULES, Circuits
from easel.errors import ProviderErrorClass
from easel.repositories.catalogue.circuits import DynamoProviderHealth
from easel.repositories.catalogue.latencies import DynamoLatencies
from easel.services.catalogue.choose_provider import ProviderHealth

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from tests.support.emulator import Emulator

RETRYABLE = ProviderErrorClass.RETRYABLE
RULE = RULES[RETRYABLE]
ME = "me"
FIRST = Candidate("first", "model", "t2i", "i2i", {"default": 1})
SECOND = Candidate("second", "model", "t2i", "i2i", {"default": 1})


@pytest.fixture(scope="module")
def client(emulator: Emulator) -> DynamoDBClient:
    return emulator.client("dynamodb")


@pytest.fixture
def table(client: DynamoDBClient) -> str:
    return create_ephemeral_table(client)


@pytest.fixture(params=["dynamodb", "memory"])
def health(request: pytest.FixtureRequest, client: DynamoDBClient, table: str) -> ProviderHealth:
    return DynamoProviderHealth(client, table) if request.param == "dynamodb" else MemoryHealth()


def fail(health: ProviderHealth, times: int, *, callers: int = MIN_CALLERS, at: datetime = NOW) -> None:
    """So many failures, of so many callers in turn."""
    for number in range(times):
        health.failed(FIRST, RETRYABLE, at, caller=f"caller-{number % callers}")


def seen(health: ProviderHealth, caller: str = ME) -> Circuits:
    return health.circuits([FIRST, SECOND], caller)


@pytest.mark.requirement("S002-75")
def test_enough_failures_keep_everybody_from_one_candidate_and_nobody_from_another(health: ProviderHealth) -> None:
    fail(health, RULE.failures)

    circuits = seen(health)

    assert circuits.wait(FIRST, NOW) == RULE.pause
    assert circuits.wait(SECOND, NOW) == timedelta()


def test_a_success_in_between_begins_the_count_anew(health: ProviderHealth) -> None:
    fail(health, RULE.failures - 1)
    health.succeeded(seen(health), FIRST)
    fail(health, 1)

    assert seen(health).wait(FIRST, NOW) == timedelta()


def test_one_callers_failures_keep_only_that_caller_away(health: ProviderHealth) -> None:
    fail(health, 3 * RULE.failures, callers=1)

    assert seen(health, "caller-0").wait(FIRST, NOW) == RULE.pause
    assert seen(health).wait(FIRST, NOW) == timedelta()


def test_a_callers_own_success_ends_what_its_own_failures_began(health: ProviderHealth) -> None:
    fail(health, RULE.failures, callers=1)

    health.succeeded(seen(health, "caller-0"), FIRST)

    assert seen(health, "caller-0").wait(FIRST, NOW) == timedelta()


def test_what_several_failures_did_to_a_shared_circuit_is_read_as_it_was_written(
    client: DynamoDBClient, table: str
) -> None:
    health = DynamoProviderHealth(client, table)
    fail(health, 5)
    (circuit,) = health.all()
    assert circuit.counts[RETRYABLE].callers == {"caller-0": 2, "caller-1": 2, "caller-2": 1}

    fail(health, RULE.failures)
    later = NOW + RULE.pause
    assert health.begin_probe(seen(health), FIRST, later)
    health.failed(FIRST, RETRYABLE, later, caller="caller-1")
    (circuit,) = health.all()
    assert (circuit.probed_by, circuit.caller, circuit.openings) == ("caller-1", "", 2)


def test_the_record_of_a_circuit_stays_small_whatever_its_callers_do(client: DynamoDBClient, table: str) -> None:
    health = DynamoProviderHealth(client, table)
    for error_class, rule in RULES.items():
        for number in range(rule.failures - 1):
            health.failed(FIRST, error_class, NOW, caller=f"{number:012x}")

    items = client.query(
        TableName=table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": "CIRCUIT"}}
    )["Items"]
    assert all(len(json.dumps(item)) < 4_000 for item in items), "a write unit is 1 kB, and JSON is twice the item"


def test_only_one_caller_gets_the_probe(health: ProviderHealth) -> None:
    fail(health, RULE.failures)
    later = NOW + RULE.pause
    known = seen(health)

    granted = [health.begin_probe(known, FIRST, later) for _ in range(3)]

    assert granted == [True, False, False]
    assert seen(health).wait(FIRST, later) > timedelta()


def test_a_probe_that_fails_keeps_everybody_away_for_longer(health: ProviderHealth) -> None:
    fail(health, RULE.failures)
    later = NOW + RULE.pause
    assert health.begin_probe(seen(health), FIRST, later)

    fail(health, 1, at=later)

    assert seen(health).wait(FIRST, later) == RULE.pause * 2


def test_failures_at_the_same_moment_are_all_counted(client: DynamoDBClient, table: str) -> None:
    def one_failure(number: int) -> None:
        DynamoProviderHealth(client, table).failed(FIRST, RETRYABLE, NOW, caller=f"caller-{number}")

    with ThreadPoolExecutor(3) as workers:
        list(workers.map(one_failure, range(3)))

    (circuit,) = DynamoProviderHealth(client, table).all()
    assert circuit.counts[RETRYABLE].failures == 3


def test_without_its_table_calls_go_out_as_if_there_were_no_breaker(emulator: Emulator) -> None:
    health = DynamoProviderHealth(boto3.client("dynamodb", **emulator.client_options()), "no-such-table")

    health.failed(FIRST, RETRYABLE, NOW, caller=ME)

    assert seen(health).wait(FIRST, NOW) == timedelta()
    health.succeeded(Circuits(), FIRST)


def test_nobody_asks_about_no_candidate(emulator: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    health = DynamoProviderHealth(boto3.client("dynamodb", **emulator.client_options()), "no-such-table")

    assert health.circuits([], ME).wait(FIRST, NOW) == timedelta()
    assert not caplog.records, "a generation whose last candidate has failed is no reason for a warning"


@pytest.mark.requirement("X-19")
def test_latencies_of_the_last_week_are_summarised_by_model(client: DynamoDBClient, table: str) -> None:
    latencies = DynamoLatencies(client, table)
    for seconds, age in [(2, 0), (4, 1), (8, 6), (1_000, 8)]:
        latencies.record("model", timedelta(seconds=seconds), NOW - timedelta(days=age))

    found = latencies.of("model", NOW)

    assert found is not None
    assert (found.p50_ms, found.p90_ms, found.samples) == (4_000, 8_000, 3)
    assert latencies.of("another", NOW) is None
    assert DynamoLatencies(client, "no-such-table").of("model", NOW) is None
