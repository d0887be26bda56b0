"""What holds for every read and write of every repository, because all of them go through `Table`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from tests.contract.repositories.conftest import Core
from tests.support.conflicts import ContestedClient
from tests.support.offline import offline_options, unreachable_url

from easel.errors import Contended, DatabaseRefused, DatabaseUnavailable
from easel.repositories.table import ConditionFailed, Query, Table

KEY = {"pk": "WS#1", "sk": "THING#1"}
RECORD = {**KEY, "amount": 1}

WRITES: dict[str, Callable[[Table], object]] = {
    "put": lambda table: table.put({**KEY, "amount": 2}, "attribute_exists(pk)"),
    "update": lambda table: table.update(KEY, "SET amount = :n", values={":n": 2}),
    "delete": lambda table: table.delete(KEY, "attribute_exists(pk)"),
}
READS: tuple[Callable[[Table], object], ...] = (
    lambda table: table.get(KEY),
    lambda table: table.get_all([KEY]),
    lambda table: list(table.records(Query.of("WS#1"))),
)


def seeded(client: Any, core: Core, **options: Any) -> Table:
    Table(core.client, core.table).put(RECORD)
    return Table(client, core.table, **options)


@pytest.mark.parametrize("write", WRITES)
def test_a_write_that_conflicts_with_a_transaction_is_retried_after_a_pause(core: Core, write: str) -> None:
    client, pauses = ContestedClient(core.client, lambda _: 3), list[float]()
    table = seeded(client, core, sleep=pauses.append)

    WRITES[write](table)

    assert len(client.writes) == 1
    assert [0 <= pause <= limit for pause, limit in zip(pauses, (0.025, 0.05, 0.1), strict=True)] == [True] * 3
    assert (table.get(KEY) or {}).get("amount") in (None, 2)


@pytest.mark.parametrize("write", WRITES)
def test_a_write_that_always_conflicts_is_given_up_and_nothing_is_written(core: Core, write: str) -> None:
    pauses = list[float]()
    table = seeded(ContestedClient(core.client, lambda _: 1_000), core, sleep=pauses.append)

    with pytest.raises(Contended):
        WRITES[write](table)

    assert 5 < len(pauses) < 20
    assert sum(pauses) < 5
    assert table.get(KEY) == RECORD


def test_a_failed_condition_raises_with_the_stored_record_where_asked_for(core: Core) -> None:
    table = seeded(core.client, core)

    with pytest.raises(ConditionFailed) as plain:
        table.put(RECORD, "attribute_not_exists(pk)")
    with pytest.raises(ConditionFailed) as asked:
        table.update(
            KEY, "SET amount = :n", condition="amount = :was", values={":n": 3, ":was": 2}, on_failure="ALL_OLD"
        )

    assert plain.value.found is None
    assert asked.value.found == RECORD


def test_a_record_that_is_too_large_is_refused_for_good(core: Core) -> None:
    with pytest.raises(DatabaseRefused, match="ValidationException"):
        Table(core.client, core.table).put({**KEY, "text": "x" * 400_000 + "y" * 10_000})


def test_a_database_that_cannot_be_reached_raises_database_unavailable(core: Core) -> None:
    with unreachable_url() as url:
        table = Table(boto3.client("dynamodb", **offline_options(url)), core.table)
        for ask in (*WRITES.values(), *READS):
            with pytest.raises(DatabaseUnavailable):
                ask(table)


def test_a_batch_is_repeated_until_every_record_is_there(core: Core) -> None:
    # Given more records than a batch takes, and more bytes than one answer holds
    table = Table(core.client, core.table)
    wanted = [{"pk": "WS#1", "sk": f"THING#{number:03}"} for number in range(130)]
    for key in wanted:
        table.put({**key, "text": "x" * 200_000})
    # When all are asked for, and one that is not there
    found = table.get_all([*wanted, {"pk": "WS#1", "sk": "NOTHING"}])
    # Then all are found
    assert sorted(found) == [(key["pk"], key["sk"]) for key in wanted]


def test_a_batch_that_is_never_complete_is_given_up(core: Core) -> None:
    class Stingy:
        def batch_get_item(self, *, RequestItems: Any) -> Any:  # noqa: N803 - AWS's word
            return {"Responses": {}, "UnprocessedKeys": RequestItems}

    pauses = list[float]()
    with pytest.raises(DatabaseUnavailable):
        Table(Stingy(), core.table, sleep=pauses.append).get_all([KEY])  # type: ignore[arg-type]  # one method will do
    assert sum(pauses) < 5


def test_a_list_is_read_to_its_end_however_many_calls_that_takes(core: Core) -> None:
    # Given records of which one call gives five at most
    table = Table(core.client, core.table)
    for number in range(12):
        table.put({"pk": "WS#1", "sk": f"THING#{number:03}", "number": number, "text": "x" * 200_000})
    query = Query.of("WS#1", "THING#")
    # Then all of them are found, a page is as long as it was asked for, and says whether more follow
    assert [record["number"] for record in table.records(query)] == list(range(12))
    page, more = table.page(query, limit=9)
    assert ([record["number"] for record in page], more) == (list(range(9)), True)
    page, more = table.page(query, limit=3, start={"pk": "WS#1", "sk": page[-1]["sk"]})
    assert ([record["number"] for record in page], more) == ([9, 10, 11], False)
    assert table.page(query, limit=12, start={"pk": "WS#1", "sk": "THING#011"}) == ([], False)


def test_a_page_of_very_large_records_ends_before_it_has_as_many_as_were_asked_for(core: Core) -> None:
    table = Table(core.client, core.table)
    for number in range(30):
        table.put({"pk": "WS#1", "sk": f"THING#{number:03}", "text": "x" * 200_000})
    query = Query.of("WS#1", "THING#")

    page, more = table.page(query, limit=100)
    rest, end = table.page(query, limit=100, start={"pk": "WS#1", "sk": page[-1]["sk"]})

    assert (len(page) + len(rest), more, end) == (30, True, False)
    assert len(page) < 30
