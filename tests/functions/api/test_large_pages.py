"""Lists of large things: a page ends before the answer is larger than Lambda takes, and its cursor leads on."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.functions.api.harness import http_event
from tests.support.folders import api_folder
from tests.support.generations import a_generation
from tests.support.operations import Functions, functions_over

from easel.domain import limits
from easel.domain.credits import MILLI, WALLET, Entry
from easel.domain.prompt_templates import MAX_SET_BYTES
from easel.domain.reference import at_url
from easel.ids import uuid7
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.generations.generations import DynamoGenerations
from easel.repositories.money import keys
from easel.repositories.money.ledger_items import entry_values
from easel.repositories.table import Table

if TYPE_CHECKING:
    from tests.support.emulator import Emulator

pytestmark = pytest.mark.long

LAMBDA_BYTES = 6 * 1024 * 1024
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@pytest.fixture
def functions(emulator: Emulator) -> Iterator[Functions]:
    with functions_over(emulator) as (functions, _):
        functions.provision()
        functions.authorize()
        functions.may("generations:read", "generations:write", "wallet:read", "workspace:admin")
        yield functions


def get(functions: Functions, function: str, path: str, query: str) -> dict[str, Any]:
    answer: dict[str, Any] = functions.invoke(
        api_folder(function), http_event("GET", path, query=query, authorizer=functions._caller)
    )
    assert answer["statusCode"] == 200, answer["body"][:500]
    assert len(json.dumps(answer, ensure_ascii=False).encode()) < LAMBDA_BYTES
    return answer


def walk(functions: Functions, function: str, path: str, field: str) -> Iterator[list[Any]]:
    """Every page of a list, by cursor."""
    query = "limit=100"
    while True:
        page = json.loads(get(functions, function, path, query)["body"])
        yield page[field]
        if page["nextCursor"] is None:
            return
        query = f"limit=100&cursor={page['nextCursor']}"


@pytest.mark.parametrize("sign", ['"', "字", "\u0001"], ids=["quotes", "chinese", "control"])
def test_a_page_of_large_generations_ends_by_bytes_and_nothing_is_left_out(functions: Functions, sign: str) -> None:
    # Given a hundred generations whose requests are as large as may be
    client, table = functions._dynamodb, functions.environment["CORE_TABLE_NAME"]
    text = sign * (limits.INPUT // len(json.dumps(sign, ensure_ascii=False)[1:-1].encode()) - 100)
    ids = [str(uuid7(int(NOW.timestamp() * 1000) + number, lambda _: 0)) for number in range(100)]
    references = tuple(at_url("https://pictures.example/" + "x" * 1_900) for _ in range(10))
    for id_ in ids:
        generation = a_generation(
            id=id_, workspace_id=functions._workspace_id, references=references, input_params={"more": text}
        )
        DynamoTransactions(client).commit(*DynamoGenerations(client, table).creation(generation))
    # When the list is walked with the largest page
    pages = list(walk(functions, "list_generations", "/api/v1/generations", "generations"))
    # Then no answer is too large, no page is empty, and all are there once, newest first
    assert all(pages)
    assert 1 < len(pages) < 50
    assert [one["id"] for page in pages for one in page] == sorted(ids, reverse=True)
    # And a page by number leads on by its cursor as well
    numbered = json.loads(get(functions, "list_generations", "/api/v1/generations", "limit=50&page=2")["body"])
    assert numbered["generations"][0]["id"] == sorted(ids, reverse=True)[50]
    assert numbered["nextCursor"]


def test_a_page_of_large_templates_ends_by_bytes(functions: Functions) -> None:
    quotes = '"' * (MAX_SET_BYTES // 2 // 10 - 300)
    shots = [{"id": f"s{number}", "name": "One", "text": f"a fox {quotes}"} for number in range(10)]
    names = [f"Template {number}" for number in range(100)]
    for name in names:
        functions.request(
            "manage_prompt_templates", "POST", "/api/v1/prompt-templates", 201, body={"name": name, "shots": shots}
        )

    pages = list(walk(functions, "read_prompt_templates", "/api/v1/prompt-templates", "templates"))

    assert len(pages) > 1
    listed = [one["name"] for page in pages for one in page]
    assert [name for name in listed if name in names] == list(reversed(names))


def test_a_page_of_large_entries_ends_by_bytes_as_json_and_as_a_table(functions: Functions) -> None:
    # Given a statement of which each entry took from as many grants as a wallet can have
    table = Table(functions._dynamodb, functions.environment["LEDGER_TABLE_NAME"])
    grants = {f"{'g' * 60}{number:03}": MILLI for number in range(100)}
    entry = Entry("t", WALLET, -100 * MILLI, "spend", NOW, from_grants=grants)
    ids = [f"t{number:04}" for number in range(700)]
    for number, id_ in enumerate(ids):
        one = replace(entry, transfer_id=id_, created_at=NOW + timedelta(seconds=number))
        table.put({"pk": f"WS#{functions._workspace_id}", **entry_values(functions._workspace_id, one)})
    # When both forms are walked
    pages = list(walk(functions, "read_wallet", "/api/v1/wallet/entries", "entries"))
    tables, query = [], "limit=1000&format=csv"
    while query:
        answer = get(functions, "read_wallet", "/api/v1/wallet/entries", query)
        tables.append(list(csv.DictReader(io.StringIO(answer["body"]))))
        query = answer["headers"].get("Link", "").partition("?")[2].partition(">")[0]
    # Then each of them has every entry once
    assert [one["id"] for page in pages for one in page if one["id"][0] == "t"] == list(reversed(ids))
    assert [row["id"] for table in tables for row in table if row["id"][0] == "t"] == list(reversed(ids))
    assert len(tables) > 1


def test_usage_of_too_many_groups_is_refused_instead_of_answered_in_part(functions: Functions) -> None:
    # Given more users in one day than an answer holds
    table = Table(functions._dynamodb, functions.environment["CORE_TABLE_NAME"])
    today = datetime.now(UTC).date().isoformat()
    for number in range(5_001):
        labels = {"day": today, "userId": f"user-{number}", "model": "m", "provider": "p"}
        table.put({**keys.usage_summary(functions._workspace_id, today, f"user-{number}", "m", "p"), **labels})
    # Then sums by day are answered, and sums by user refused with the reason
    by_day = json.loads(get(functions, "read_usage", "/api/v1/usage", "")["body"])
    assert len(by_day["series"]) == 1
    answer = functions.invoke(
        api_folder("read_usage"), http_event("GET", "/api/v1/usage", query="groupBy=user", authorizer=functions._caller)
    )
    assert answer["statusCode"] == 400
    (fault,) = json.loads(answer["body"])["error"]["details"]
    assert (fault["field"], fault["allowed"]) == ("from", {"maximumGroups": 5_000})
