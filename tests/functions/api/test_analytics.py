"""GET /api/v1/data/analytics and /data/dashboard: the sums of charts are those of the ledger."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.functions.api.harness import http_event
from tests.support.engine import finished_at_once, refusing
from tests.support.folders import api_folder
from tests.support.operations import Functions, functions_over

from easel.errors import ProviderErrorClass

if TYPE_CHECKING:
    from tests.support.emulator import Emulator

GROUPS = ("models", "providers", "users", "keys")


@pytest.fixture(scope="module")
def functions(emulator: Emulator) -> Iterator[Functions]:
    with functions_over(emulator) as (functions, _):
        yield functions


@pytest.fixture(autouse=True)
def fresh_workspace(functions: Functions) -> None:
    functions.provision()
    functions.authorize()
    functions.may("wallet:read")


def make(functions: Functions, n: int, *, refused: bool = False) -> None:
    """A generation of which one image is delivered, or fails."""
    generation = functions.submit(n=n)
    functions.start(generation)
    functions.render(generation, refusing(ProviderErrorClass.CONTENT) if refused else finished_at_once)
    functions.settle(generation)


def ask(functions: Functions, path: str, query: str = "", **options: Any) -> Any:
    event = http_event("GET", f"/api/v1/data/{path}", query=query, authorizer=functions._caller, **options)
    return functions.invoke(api_folder("read_usage"), event)


def table(functions: Functions) -> list[dict[str, str]]:
    answer = ask(functions, "analytics", headers={"Accept": "text/csv"})
    assert answer["headers"]["Content-Disposition"].startswith('attachment; filename="usage-')
    return list(csv.DictReader(io.StringIO(answer["body"])))


def charged(groups: list[dict[str, Any]]) -> int:
    return sum(group["charged"]["milliCredits"] for group in groups)


@pytest.mark.requirement("S003-97", "S003-99", "S003-67")
def test_every_sum_is_that_of_the_ledger_to_the_milli_credit(functions: Functions) -> None:
    # One of three images at a price for all three: shares that are no whole credits.
    for n in (1, 3, 7):
        make(functions, n)

    found = functions.data("analytics")

    spent = functions.wallet()["spent"]["milliCredits"]
    assert spent % 1000, "an odd amount, so that a rounded sum would differ"
    assert found["total"]["charged"]["milliCredits"] == spent
    assert found["total"]["imagesCompleted"] == 3
    assert {name: charged(found[name]) for name in GROUPS} == dict.fromkeys(GROUPS, spent)
    assert charged(found["days"]) == spent
    assert charged([model for day in found["days"] for model in day["models"]]) == spent
    assert sum(int(line["milliCredits"]) for line in table(functions)) == spent


@pytest.mark.requirement("S003-97")
def test_a_day_without_usage_is_shown_with_zeros(functions: Functions) -> None:
    make(functions, 1)
    today = datetime.now(UTC).date()
    first, last = today - timedelta(days=2), today + timedelta(days=1)

    found = functions.data("analytics", f"from={first}&to={last}")

    days = found["days"]
    assert [day["day"] for day in days] == [(first + timedelta(days=number)).isoformat() for number in range(4)]
    assert sum(day["imagesCompleted"] for day in days) == 1
    (busy,) = (day for day in days if day["imagesCompleted"])
    assert [model["name"] for model in busy["models"]] == ["seedream-v4"]
    assert days[0]["models"] == []
    assert (days[0]["successRate"], days[0]["charged"]["milliCredits"]) == (None, 0)


def test_the_success_rate_is_the_share_of_delivered_images(functions: Functions) -> None:
    assert functions.data("analytics")["total"]["successRate"] is None
    make(functions, 1)
    make(functions, 1)
    make(functions, 1, refused=True)

    total = functions.data("analytics")["total"]

    assert (total["imagesCompleted"], total["imagesFailed"], total["successRate"]) == (2, 1, 0.6667)


@pytest.mark.requirement("S003-35", "S003-66")
def test_the_dashboard_shows_what_was_made_and_what_is_left(functions: Functions) -> None:
    make(functions, 1)
    functions.submit()

    found, wallet = functions.data("dashboard"), functions.wallet()

    assert found["imagesGenerated"] == 1
    assert {name: found[name] for name in ("spent", "available", "held")} == {
        name: wallet[name] for name in ("spent", "available", "held")
    }
    assert found["held"]["milliCredits"] > 0
    assert len(found["days"]) == 30
    assert found["recent"]["imagesCompleted"] == 1


def test_provider_costs_are_for_owners(functions: Functions) -> None:
    make(functions, 1)

    principal = json.loads(functions._caller["principal"])
    functions._caller = {**functions._caller, "principal": json.dumps(principal | {"roles": ["member"]})}
    member, member_table = functions.data("analytics"), table(functions)
    functions.own_costs()
    owner, owner_table = functions.data("analytics"), table(functions)

    assert (member["total"]["providerCostUsd"], member_table[0]["providerCostMicroUsd"]) == (None, "")
    assert owner["total"]["providerCostUsd"] is not None
    assert owner_table[0]["providerCostMicroUsd"] != ""


@pytest.mark.parametrize("path", ["analytics", "dashboard"])
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=yesterday", "from"),
        ("from=2026-02-02&to=2026-02-01", "from"),
        ("from=2026-01-01&to=2026-06-01", "from"),
        ("colour=red", "colour"),
    ],
)
def test_an_odd_range_is_refused_by_field(functions: Functions, path: str, query: str, field: str) -> None:
    answer = ask(functions, path, query)

    details = json.loads(answer["body"])["error"]["details"]
    assert (answer["statusCode"], [fault["field"] for fault in details]) == (400, [field])
