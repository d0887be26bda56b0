"""Every write may conflict with another transaction: it is retried, and the result is the same."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, cast

import pytest
from tests.support.conflicts import ContestedClient
from tests.support.engine import Behaviour, Engine, a_request, caller, deaths, inline_at_once, refusing, running_for
from tests.support.invariants import check_invariants
from tests.support.tables import create_core_table

from easel.domain.generation import Generation
from easel.domain.image import Status
from easel.errors import ProviderErrorClass

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from tests.support.emulator import Emulator

pytestmark = pytest.mark.long

REFUSALS = (1, 3) if os.environ.get("EASEL_RACERS") else (3,)
"""How often a write is refused. `make campaign` tries a single time as well."""
SCENARIOS: dict[str, tuple[Behaviour, Status]] = {
    "picture in the answer": (inline_at_once, Status.COMPLETED),
    "polled": (running_for(2), Status.COMPLETED),
    "unknown outcome": (refusing(ProviderErrorClass.AMBIGUOUS), Status.FAILED),
}


@pytest.fixture(scope="module")
def client(emulator: Emulator) -> DynamoDBClient:
    return emulator.client("dynamodb")


@pytest.fixture
def table(client: DynamoDBClient) -> str:
    return create_core_table(client)


def run(engine: Engine, behaviour: Behaviour) -> Generation:
    engine.provider.default = behaviour
    return engine.run(engine.submit(a_request(), idempotency_key="once").generation.id)


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("refusals", REFUSALS)
def test_a_write_that_conflicts_with_a_transaction_is_retried(
    client: DynamoDBClient, scenario: str, refusals: int
) -> None:
    # Given the history of a run in which no write meets another
    behaviour, expected = SCENARIOS[scenario]
    undisturbed = ContestedClient(client)
    run(Engine(cast("DynamoDBClient", undisturbed), create_core_table(client)), behaviour)
    assert {"put_item", "update_item", "delete_item", "transact_write_items"} >= set(undisturbed.writes)
    # When writes in turn are refused because a transaction is at its item
    for contested in deaths(3, len(undisturbed.writes), list(SCENARIOS).index(scenario)):
        disturbed = ContestedClient(client, {contested: refusals}.get)
        engine = Engine(cast("DynamoDBClient", disturbed), create_core_table(client))
        generation = run(engine, behaviour)
        # Then the end is the same, by the same writes, with one call to the provider
        assert generation.status is expected, disturbed.writes[contested - 1]
        assert len(engine.provider.tasks) == 1
        assert not engine.dead_letters
        assert disturbed.writes == undisturbed.writes
        check_invariants(engine, generation)


def test_every_write_may_conflict_once(client: DynamoDBClient, table: str) -> None:
    engine = Engine(cast("DynamoDBClient", ContestedClient(client, lambda _: 1)), table)
    generation = run(engine, inline_at_once)
    assert generation.status is Status.COMPLETED
    assert engine.cancel(caller(), engine.submit(a_request()).generation.id).status is Status.CANCELLED
    check_invariants(engine, generation)
