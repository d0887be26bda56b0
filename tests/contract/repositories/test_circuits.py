"""What workers share about the health of providers, on a real table and in memory."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import boto3
import pytest
from tests.support.generations import NOW
from tests.support.health import MemoryHealth
from tests.support.tables import create_ephemeral_table

from easel.domain.catalogue import Candidate
from easel.domain.circuits import RULES, Circuits
from easel.errors import ProviderErrorClass
from easel.repositories.catalogue.circuits import DynamoProviderHealth
from easel.repositories.catalogue.latencies import DynamoLatencies
from easel.services.catalogue.choose_provider import ProviderHealth

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from tests.support.emulator import Emulator

RETRYABLE = ProviderErrorClass.RETRYABLE
RULE = RULES[RETRYABLE]
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


def fail(health: ProviderHealth, times: int) -> None:
    for _ in range(times):
        health.failed(FIRST.key, RETRYABLE, NOW, None)


@pytest.mark.requirement("S002-75")
def test_enough_failures_keep_everybody_from_one_candidate_and_nobody_from_another(health: ProviderHealth) -> None:
    fail(health, RULE.failures)

    circuits = health.circuits([FIRST, SECOND])

    assert circuits.wait(FIRST, NOW) == RULE.pause
    assert circuits.wait(SECOND, NOW) == timedelta()


def test_a_success_in_between_begins_the_count_anew(health: ProviderHealth) -> None:
    fail(health, RULE.failures - 1)
    health.succeeded(health.circuits([FIRST]), FIRST)
    fail(health, 1)

    assert health.circuits([FIRST]).wait(FIRST, NOW) == timedelta()


def test_only_one_caller_gets_the_probe(health: ProviderHealth) -> None:
    fail(health, RULE.failures)
    later = NOW + RULE.pause
    seen = health.circuits([FIRST])

    granted = [health.begin_probe(seen, FIRST, later) for _ in range(3)]

    assert granted == [True, False, False]
    assert health.circuits([FIRST]).wait(FIRST, later) > timedelta()


def test_a_probe_that_fails_keeps_everybody_away_for_longer(health: ProviderHealth) -> None:
    fail(health, RULE.failures)
    later = NOW + RULE.pause
    assert health.begin_probe(health.circuits([FIRST]), FIRST, later)

    health.failed(FIRST.key, RETRYABLE, later, None)

    assert health.circuits([FIRST]).wait(FIRST, later) == RULE.pause * 2


def test_failures_at_the_same_moment_are_all_counted(client: DynamoDBClient, table: str) -> None:
    def one_failure(_: int) -> None:
        DynamoProviderHealth(client, table).failed(FIRST.key, RETRYABLE, NOW, None)

    with ThreadPoolExecutor(3) as workers:
        list(workers.map(one_failure, range(3)))

    (circuit,) = DynamoProviderHealth(client, table).all()
    assert circuit.counts[RETRYABLE].failures == 3


def test_without_its_table_calls_go_out_as_if_there_were_no_breaker(emulator: Emulator) -> None:
    health = DynamoProviderHealth(boto3.client("dynamodb", **emulator.client_options()), "no-such-table")

    health.failed(FIRST.key, RETRYABLE, NOW, None)

    assert health.circuits([FIRST]).wait(FIRST, NOW) == timedelta()
    health.succeeded(Circuits(), FIRST)


def test_nobody_asks_about_no_candidate(emulator: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    health = DynamoProviderHealth(boto3.client("dynamodb", **emulator.client_options()), "no-such-table")

    assert health.circuits([]).wait(FIRST, NOW) == timedelta()
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
