"""One record that nobody can read or end: every batch job counts it, sets it aside and does its work for all others."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.engine import WORKSPACE, Engine, a_request
from tests.support.invariants import check_invariants
from tests.support.item_sizes import ITEM_LIMIT, typed_item_size
from tests.support.tables import create_core_table

from easel.clock import to_iso
from easel.domain.credits import MILLI, Grant, GrantKind
from easel.domain.image import Status
from easel.ids import new_id
from easel.repositories.attribute_values import from_item, to_item
from easel.repositories.delivery import keys as delivery_keys
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.generations import keys as generation_keys
from easel.services.money.reconcile_ledger import ReconcileLedger

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from tests.support.emulator import Emulator

MINUTE = timedelta(minutes=1)
OTHER_WORKSPACE = "01930000-0000-7000-8000-00000000a002"


@pytest.fixture(scope="module")
def client(emulator: Emulator) -> DynamoDBClient:
    return emulator.client("dynamodb")


@pytest.fixture
def engine(client: DynamoDBClient) -> Engine:
    return Engine(client, create_core_table(client))


def spoil(client: DynamoDBClient, table: str, key: dict[str, str], **attributes: Any) -> None:
    """Overwrite attributes of a stored record, past every rule."""
    item = from_item(client.get_item(TableName=table, Key=to_item(key))["Item"]) | attributes
    client.put_item(TableName=table, Item=to_item(item))


def abandoned(engine: Engine) -> str:
    """A generation whose message was lost."""
    engine.lose_submit_message = True
    return engine.submit(a_request()).generation.id


def make_unreadable(engine: Engine, client: DynamoDBClient, generation_id: str) -> None:
    spoil(client, engine.core_table, generation_keys.generation_state(WORKSPACE, generation_id), status="NONSENSE")


def make_full(engine: Engine, client: DynamoDBClient, generation_id: str) -> None:
    """A record that has no room left for its end."""
    key = generation_keys.generation_state(WORKSPACE, generation_id)
    room = ITEM_LIMIT - typed_item_size(client.get_item(TableName=engine.core_table, Key=to_item(key))["Item"])
    spoil(client, engine.core_table, key, filler="x" * (room - 10))


@pytest.mark.parametrize("break_it", [make_unreadable, make_full])
def test_the_sweep_survives_a_generation_that_cannot_be_repaired(
    engine: Engine, client: DynamoDBClient, break_it: Any
) -> None:
    # Given three generations whose messages were lost, of which one cannot be ended, all past their deadline
    ids = [abandoned(engine) for _ in range(3)]
    break_it(engine, client, ids[0])
    engine.clock.now += timedelta(hours=1)
    # When the sweep runs
    report = engine.sweep()
    # Then it ends the others and counts the one
    assert (report.settled, report.failed) == (2, 1)
    others = [engine.generations.get(WORKSPACE, id_) for id_ in ids[1:]]
    assert [other.status for other in others if other] == [Status.FAILED] * 2
    # And a minute later it is not the first again, but it is not forgotten
    engine.clock.now += MINUTE
    assert engine.sweep().failed == 0
    engine.clock.now += 20 * MINUTE
    assert engine.sweep().failed == 1


def test_the_sweep_survives_an_event_that_cannot_be_read(engine: Engine, client: DynamoDBClient) -> None:
    generation = engine.run(engine.submit(a_request()).generation.id, sweeps=False)
    (told,) = engine.outbox.waiting(engine.clock.now + MINUTE, engine.clock.now, 10)
    poison = new_id()
    place = delivery_keys.outbox(poison)
    record = {"entity": "OUTBOX", "createdAt": to_iso(engine.clock.now), "event": '{"id": 1}'}
    client.put_item(TableName=engine.core_table, Item=to_item({**place, **record}))
    engine.clock.now += 2 * MINUTE
    report = engine.sweep()
    assert (report.republished, report.failed) == (1, 1)
    assert engine.published == [told.event_id]
    engine.clock.now += MINUTE
    assert engine.sweep().failed == 0
    check_invariants(engine, generation)


def test_the_sweep_survives_a_grant_that_cannot_expire(engine: Engine, client: DynamoDBClient) -> None:
    # Given two wallets with a grant that has ended, of which one cannot be read
    expires = engine.clock.now + MINUTE
    for workspace in (WORKSPACE, OTHER_WORKSPACE):
        grant = Grant(f"trial-{workspace}", GrantKind.TRIAL, 5 * MILLI, 10, expires)
        writes = (
            engine.ledger.granting(workspace, grant, engine.clock.now)
            if workspace == WORKSPACE
            else engine.ledger.opening(workspace, engine.clock.now, grant)
        )
        DynamoTransactions(client).commit(*writes)
    spoil(client, engine.ledger_table, {"pk": f"WS#{OTHER_WORKSPACE}", "sk": "WALLET"}, grants="none")
    engine.clock.now += 2 * MINUTE
    # When the sweep runs
    report = engine.sweep()
    # Then the other one expires, and the broken one is counted and comes last from now on
    assert (report.expired, report.failed) == (1, 1)
    assert engine.wallet().expired == 5 * MILLI
    assert engine.ledger.ended_grants(engine.clock.now, 10) == [(OTHER_WORKSPACE, f"trial-{OTHER_WORKSPACE}")]
    later = Grant("later", GrantKind.TRIAL, MILLI, 10, engine.clock.now)
    DynamoTransactions(client).commit(*engine.ledger.granting(WORKSPACE, later, engine.clock.now))
    ended = [grant_id for _, grant_id in engine.ledger.ended_grants(engine.clock.now + MINUTE, 10)]
    assert ended == ["later", f"trial-{OTHER_WORKSPACE}"]


def test_the_audit_survives_a_wallet_and_an_entry_that_cannot_be_read(engine: Engine, client: DynamoDBClient) -> None:
    # Given a ledger that adds up, a second wallet that cannot be read, and a spoiled entry on the other side
    engine.run(engine.submit(a_request()).generation.id)
    DynamoTransactions(client).commit(*engine.ledger.opening(OTHER_WORKSPACE, engine.clock.now))
    spoil(client, engine.ledger_table, {"pk": f"WS#{OTHER_WORKSPACE}", "sk": "WALLET"}, grants="none")
    (entry, *_) = [
        item for item in client.scan(TableName=engine.ledger_table)["Items"] if item["pk"]["S"].startswith("ACCOUNT#")
    ]
    spoil(client, engine.ledger_table, from_item({"pk": entry["pk"], "sk": entry["sk"]}), amount="much")
    engine.clock.now += timedelta(hours=2)
    audit = ReconcileLedger(
        audit=engine.audit,
        wallet=engine.ledger.wallet,
        generation=engine.generations.get,
        clock=engine.clock,
        sleep=lambda _: None,
    )
    # When all are audited
    report = audit()
    # Then the good wallet is checked, what cannot be read is counted, and the missing side is a difference
    assert (report.wallets, report.failed) == (1, 2)
    assert {difference.what for difference in report.differences} == {"other sides"}
