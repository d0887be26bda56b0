"""Request counters in DynamoDB: all windows or none, exact, and nothing left behind."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from tests.support.emulator import Emulator
from tests.support.tables import create_ephemeral_table

from easel.domain.rates import HOUR, MINUTE, Counter, Window
from easel.errors import DatabaseRefused, DatabaseUnavailable
from easel.repositories.accounts.rate_counters import DynamoRateCounters
from easel.repositories.attribute_values import from_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = datetime(2026, 11, 20, 12, 30, 10, tzinfo=UTC)
OWNER = "WS#ws-1"


@pytest.fixture
def client(emulator: Emulator) -> DynamoDBClient:
    return emulator.client("dynamodb")


@pytest.fixture
def table(client: DynamoDBClient) -> str:
    return create_ephemeral_table(client)


@pytest.fixture
def counters(client: DynamoDBClient, table: str) -> DynamoRateCounters:
    return DynamoRateCounters(client, table)


def of(user: str = "u1", address: str = "203.0.113.7", *, hour: int = 1_000, minute: int = 60) -> Sequence[Counter]:
    return [
        Counter(Window("workspace", hour, HOUR)),
        Counter(Window("user", minute, MINUTE), user),
        Counter(Window("address", 100, MINUTE), address),
    ]


def items(client: DynamoDBClient, table: str) -> list[dict[str, Any]]:
    return [from_item(item) for item in client.scan(TableName=table)["Items"]]


def test_each_window_counts_for_itself(counters: DynamoRateCounters) -> None:
    assert counters.count(OWNER, of(), NOW) == (True, [1, 1, 1])
    assert counters.count(OWNER, of(user="u2"), NOW) == (True, [2, 1, 2])
    assert counters.count(OWNER, of(), NOW + timedelta(seconds=50)) == (True, [3, 1, 1]), "a new minute"
    assert counters.count(OWNER, of(), NOW + timedelta(hours=1)) == (True, [1, 1, 1]), "a new hour"
    assert counters.count("WS#ws-2", of(), NOW) == (True, [1, 1, 1]), "another workspace"


def test_a_full_window_refuses_and_counts_nothing(counters: DynamoRateCounters) -> None:
    for _ in range(2):
        counters.count(OWNER, of(minute=2), NOW)

    assert counters.count(OWNER, of(minute=2), NOW) == (False, [2, 2, 2])
    assert counters.count(OWNER, of(user="u2", minute=2), NOW) == (True, [3, 1, 3])


def test_a_race_for_a_window_ends_exactly_at_it(counters: DynamoRateCounters) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: counters.count(OWNER, of(minute=25), NOW), range(60)))

    assert sum(allowed for allowed, _ in answers) == 25
    assert sorted(counts[1] for allowed, counts in answers if allowed) == list(range(1, 26)), "each number once"


def test_an_item_keeps_the_counters_of_this_minute_only(
    client: DynamoDBClient, table: str, counters: DynamoRateCounters
) -> None:
    for minute in range(5):
        for user in range(4):
            address = f"203.0.113.{user}"
            counters.count(OWNER, of(user=f"u{minute}{user}", address=address), NOW + timedelta(minutes=minute))

    (item,) = items(client, table)
    minutes = {name.partition(":")[2] for name in item if ":" in name}
    assert item["all"] == 20
    assert minutes == {"34"}


def test_an_item_goes_by_itself_after_its_hour(
    client: DynamoDBClient, table: str, counters: DynamoRateCounters
) -> None:
    counters.count(OWNER, of(), NOW)

    (item,) = items(client, table)
    assert NOW + timedelta(hours=1) < datetime.fromtimestamp(item["expiresAt"], UTC) <= NOW + timedelta(hours=3)


def test_neither_addresses_nor_users_are_kept_in_clear(
    client: DynamoDBClient, table: str, counters: DynamoRateCounters
) -> None:
    counters.count(OWNER, of(user="user-in-clear"), NOW)
    counters.count("ADDRESS#203.0.113.7", [Counter(Window("address", 100, MINUTE))], NOW)

    kept = str(items(client, table))
    assert "203.0.113.7" not in kept
    assert "user-in-clear" not in kept


def test_an_ipv6_neighbourhood_counts_as_one_address(counters: DynamoRateCounters) -> None:
    neighbours = ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1", "::1"]

    counts = [counters.count(OWNER, of(user=str(n), address=n), NOW)[1][2] for n in neighbours]

    assert counts == [1, 2, 1, 1]


def test_whatever_is_no_address_counts_as_it_is(counters: DynamoRateCounters) -> None:
    assert counters.count("ADDRESS#", [Counter(Window("address", 1, MINUTE))], NOW) == (True, [1])
    assert counters.count("ADDRESS#", [Counter(Window("address", 1, MINUTE))], NOW) == (False, [1])


def test_a_table_that_cannot_be_reached_is_reported_as_such(table: str) -> None:
    options = Emulator("http://127.0.0.1:9").client_options(retries={"total_max_attempts": 1}, connect_timeout=1)
    with closing(boto3.client("dynamodb", **options)) as nowhere, pytest.raises(DatabaseUnavailable):
        DynamoRateCounters(nowhere, table).count(OWNER, of(), NOW)


def test_a_table_that_is_not_there_refuses_to_count(emulator: Emulator) -> None:
    with pytest.raises(DatabaseRefused):
        DynamoRateCounters(emulator.client("dynamodb"), "no-such-table").count(OWNER, of(), NOW)
