"""Requests that race each other for the same credits, places and days: never one too many, never one too few."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.support.engine import WORKSPACE, Engine, a_request, caller
from tests.support.tables import create_core_table

from easel.domain.generation import Generation
from easel.domain.image import Status
from easel.domain.plans import plan_of
from easel.errors import EaselError, InsufficientCredits, LimitReached
from easel.services.money.reconcile_ledger import ReconcileLedger

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from tests.support.emulator import Emulator

    from easel.services.accounts.principal import Principal

MANY = int(os.environ.get("EASEL_RACERS", "200"))
"""`make campaign` has a thousand."""
THREADS = 32


@pytest.fixture(scope="module")
def client(emulator: Emulator) -> DynamoDBClient:
    return emulator.client("dynamodb")


def submit_many(engine: Engine, principal: Principal, times: int) -> tuple[list[Generation], list[EaselError]]:
    """Submit so many at once: what was accepted, and why the rest was not."""

    def submit(_: int) -> Generation | EaselError:
        try:
            return engine.submit(a_request(), principal=principal).generation
        except EaselError as refusal:
            return refusal

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(submit, range(times)))
    accepted = [answer for answer in answers if isinstance(answer, Generation)]
    return accepted, [answer for answer in answers if isinstance(answer, EaselError)]


@pytest.mark.requirement("S002-13", "S002-14", "S002-36", "S002-37", "X-23")
def test_many_submits_take_exactly_what_the_wallet_affords(client: DynamoDBClient) -> None:
    # Given a wallet that affords three of ten, and a plan whose own limits are wider
    affordable = MANY * 3 // 10
    engine = Engine(client, create_core_table(client), credits=affordable)
    # When all of them come at once
    accepted, refused = submit_many(engine, replace(caller(), plan="scale"), MANY)
    # Then those are accepted and every other one is told that the credits are gone
    assert len(accepted) == affordable
    assert {type(refusal) for refusal in refused} == {InsufficientCredits}
    assert (engine.wallet().available, engine.wallet().held) == (0, affordable * 1_000)
    # And when they have ended, all of it is spent and nothing is held
    statuses = {engine.run(generation.id, sweeps=False).status for generation in accepted}
    assert statuses == {Status.COMPLETED}
    wallet = engine.wallet()
    assert (wallet.available, wallet.held, wallet.spent) == (0, 0, affordable * 1_000)
    engine.check_ledger()


@pytest.mark.requirement("S001-21", "X-12")
def test_no_more_than_the_plan_allows_run_at_once(client: DynamoDBClient) -> None:
    engine = Engine(client, create_core_table(client))
    limit = plan_of("standard").max_active_in(caller().channel)
    accepted, refused = submit_many(engine, caller(), MANY)
    assert len(accepted) == limit
    kinds = {refusal.kind for refusal in refused if isinstance(refusal, LimitReached)}
    assert (len(refused), kinds) == (MANY - limit, {"active_generations"})
    assert engine.wallet().held == limit * 1_000, "a refused request holds nothing"


@pytest.mark.requirement("S000-57", "X-17")
def test_no_more_than_the_plan_allows_are_taken_in_a_day(
    client: DynamoDBClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a plan with room for sixty at once, but for forty a day
    narrow = replace(plan_of("scale"), name="narrow", max_generations_per_day=40)
    monkeypatch.setattr("easel.services.generations.submit_generation.plan_of", lambda _: narrow)
    engine = Engine(client, create_core_table(client))
    # When many come at once
    accepted, refused = submit_many(engine, caller(), MANY)
    # Then forty are taken, and cancelling one gives no new one today
    assert len(accepted) == 40
    assert {refusal.kind for refusal in refused if isinstance(refusal, LimitReached)} == {"generations_per_day"}
    engine.cancel(caller(), accepted[0].id)
    with pytest.raises(LimitReached):
        engine.submit(a_request())


@pytest.mark.requirement("S003-106", "X-23")
def test_the_audit_finds_a_single_credit_that_is_missing(client: DynamoDBClient) -> None:
    # Given a ledger that adds up
    engine = Engine(client, create_core_table(client), credits=5)
    engine.run(engine.submit(a_request()).generation.id)
    audit = ReconcileLedger(
        audit=engine.audit,
        wallet=engine.ledger.wallet,
        generation=engine.generations.get,
        clock=engine.clock,
        sleep=lambda _: None,
    )
    assert audit().total_difference == 0
    # When somebody changes the balance past the ledger
    client.update_item(
        TableName=engine.ledger_table,
        Key={"pk": {"S": f"WS#{WORKSPACE}"}, "sk": {"S": "WALLET"}},
        UpdateExpression="SET available = available + :one",
        ExpressionAttributeValues={":one": {"N": "1000"}},
    )
    # Then the audit names the workspace and the amount
    report = audit()
    assert report.total_difference >= 1_000
    assert {difference.workspace_id for difference in report.differences} == {WORKSPACE}


@pytest.mark.requirement("X-23")
def test_the_audit_finds_a_hold_whose_generation_is_gone(client: DynamoDBClient) -> None:
    engine = Engine(client, create_core_table(client), credits=5)
    generation = engine.submit(a_request()).generation
    client.delete_item(
        TableName=engine.core_table,
        Key={"pk": {"S": f"WS#{WORKSPACE}"}, "sk": {"S": f"GEN#{generation.id}#STATE"}},
    )
    audit = ReconcileLedger(
        audit=engine.audit,
        wallet=engine.ledger.wallet,
        generation=engine.generations.get,
        clock=engine.clock,
        sleep=lambda _: None,
    )
    [difference] = audit().differences
    assert generation.id in difference.what
