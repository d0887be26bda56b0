"""What a workspace spends, as the workspace door reports it: the same sums as the ledger's, to the milli-credit."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from tests.functions.api.harness import http_event
from tests.support.engine import finished_at_once
from tests.support.folders import api_folder
from tests.support.operations import Functions, functions_over

if TYPE_CHECKING:
    from tests.support.emulator import Emulator

GROUPS = ("member", "model", "provider", "key", "day")


@pytest.fixture(scope="module")
def functions(emulator: Emulator) -> Iterator[Functions]:
    with functions_over(emulator) as (functions, _):
        yield functions


@pytest.fixture(autouse=True)
def fresh_workspace(functions: Functions) -> None:
    functions.provision()
    functions.authorize()
    functions.may("wallet:read")


def make(functions: Functions, n: int, **changes: Any) -> None:
    """A generation of which one image is delivered."""
    generation = functions.submit(n=n, **changes)
    functions.start(generation)
    functions.render(generation, finished_at_once)
    functions.settle(generation)


def spend(functions: Functions, query: str = "") -> Any:
    return functions.request("workspace_read_usage", "GET", "/api/ai/spend", query=query)["data"]


def table(functions: Functions) -> list[dict[str, str]]:
    event = http_event("GET", "/api/ai/spend", query="format=csv", authorizer=functions._caller)
    answer = functions.invoke(api_folder("workspace_read_usage"), event)
    assert answer["headers"]["Content-Disposition"].startswith('attachment; filename="spend-')
    return list(csv.DictReader(io.StringIO(answer["body"])))


@pytest.mark.requirement("S002-16", "S002-79")
def test_the_sum_is_that_of_the_ledger_to_the_milli_credit(functions: Functions) -> None:
    # One of three images at a price for all three: shares that are no whole credits.
    for n in (1, 3, 3, 7):
        make(functions, n)
    functions.cancel(functions.submit())

    spent = functions.wallet()["spent"]["milliCredits"]

    assert spent % 1000, "an odd amount, so that a rounded sum would differ"
    entries = functions.wallet("/entries")["entries"]
    assert -sum(entry["milliCredits"] for entry in entries if entry["type"] == "spend") == spent
    for group in GROUPS:
        report = spend(functions, f"groupBy={group}")
        assert report["total"]["milliCredits"] == spent
        assert sum(entry["milliCredits"] for entry in report["groups"]) == spent
        assert report["total"]["images"] == 4
    lines = table(functions)
    assert sum(int(line["milliCredits"]) for line in lines) == spent
    assert sum(float(line["credits"]) for line in lines) == pytest.approx(spent / 1000)


def test_each_group_has_the_name_of_what_it_is_about(functions: Functions) -> None:
    make(functions, 1)
    caller = json.loads(functions._caller["principal"])

    names = {group: [entry["name"] for entry in spend(functions, f"groupBy={group}")["groups"]] for group in GROUPS}

    assert names["member"] == [caller["user_id"]]
    assert (names["model"], names["provider"]) == (["seedream-v4"], ["wavespeed"])
    assert names["key"] == [caller["budget_keys"][0]]
    (line,) = table(functions)
    assert [line[name] for name in ("day", "member", "model", "provider", "key")] == [
        names[group][0] for group in ("day", "member", "model", "provider", "key")
    ]


def test_what_two_keys_spend_is_told_apart(functions: Functions) -> None:
    make(functions, 1)
    principal = json.loads(functions._caller["principal"])
    functions._caller = {"principal": json.dumps(principal | {"budget_keys": [], "key_id": "signed-in"})}
    make(functions, 1)

    groups = spend(functions, "groupBy=key")["groups"]

    assert [(group["name"], group["credits"]) for group in groups] == [(None, 1), (principal["budget_keys"][0], 1)]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("groupBy=colour", "groupBy"),
        ("from=yesterday", "from"),
        ("from=2026-02-02&to=2026-02-01", "from"),
        ("from=2026-01-01&to=2026-06-01", "from"),
        ("format=xlsx", "format"),
    ],
)
def test_an_odd_report_is_refused_by_field(functions: Functions, query: str, field: str) -> None:
    event = http_event("GET", "/api/ai/spend", query=query, authorizer=functions._caller)
    answer = functions.invoke(api_folder("workspace_read_usage"), event)

    assert (answer["statusCode"], list(json.loads(answer["body"])["error"]["fields"])) == (400, [field])
