"""Wallets, grants, quotes, usage and budgets: the functions that ship, over real tables."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from tests.functions.api.harness import http_event
from tests.support.folders import api_folder
from tests.support.operations import Functions, functions_over

from easel.clock import system_clock, to_iso
from easel.domain.budgets import month_of
from easel.domain.credits import Grant
from easel.domain.pricing import load_price_book
from easel.repositories.money.ledger import DynamoLedger
from easel.services.accounts.principal import SIGNED_IN

if TYPE_CHECKING:
    from tests.support.emulator import Emulator

SCOPES = ("wallet:read", "wallet:grant", "workspace:admin")
KEY_ID = "019a9f1c-0000-7000-8000-0000000000cc"
REQUEST = {"prompt": "a red fox", "model": "seedream-v4", "size": "1024x1024"}


@pytest.fixture(scope="module")
def functions(emulator: Emulator) -> Iterator[Functions]:
    with functions_over(emulator) as (functions, _):
        yield functions


@pytest.fixture(autouse=True)
def fresh_workspace(functions: Functions) -> None:
    """Each test has a workspace of its own, with 100 credits."""
    functions.provision()
    functions.authorize()
    functions.may(*SCOPES)


def ask(functions: Functions, function: str, method: str, path: str, **options: Any) -> dict[str, Any]:
    """The raw answer, whatever its status."""
    event = http_event(method, path, authorizer=functions._caller, **options)
    answer: dict[str, Any] = functions.invoke(api_folder(function), event)
    return answer


def problem(answer: dict[str, Any]) -> tuple[int, str, list[str]]:
    """(status, code, fields at fault)."""
    error = json.loads(answer["body"])["error"]
    return answer["statusCode"], error["code"], [detail["field"] for detail in error["details"]]


# --- wallet and statement -------------------------------------------------------------------------------------------


@pytest.mark.requirement("S001-32")
def test_a_wallet_shows_what_is_there_in_credits_and_in_milli_credits(functions: Functions) -> None:
    functions.submit()

    wallet = functions.wallet()

    assert wallet["available"] == {"milliCredits": 99_000, "credits": 99.0}
    assert wallet["held"] == {"milliCredits": 1_000, "credits": 1.0}
    assert (wallet["spent"]["credits"], wallet["granted"]["credits"]) == (0, 100)
    (grant,) = wallet["grants"]
    assert (grant["kind"], grant["remaining"]["credits"], grant["expiresAt"]) == ("adjustment", 100, None)


@pytest.mark.requirement("X-24")
def test_whoever_looks_before_their_first_request_finds_their_trial(functions: Functions) -> None:
    principal = json.loads(functions._caller["principal"])
    newcomer = {
        **principal,
        "workspace_id": "019a9f1c-0000-7000-8000-0000000000d1",
        "identities": ["user:somebody-new"],
    }
    functions._caller = {"principal": json.dumps(newcomer)}

    wallet = functions.wallet()

    assert (wallet["available"]["credits"], wallet["grants"][0]["kind"]) == (5, "trial")
    assert wallet["grants"][0]["expiresAt"] > to_iso(system_clock())
    assert functions.wallet() == wallet, "looking again gives nothing more"


@pytest.mark.requirement("S001-33")
def test_a_statement_pages_through_every_signed_entry(functions: Functions) -> None:
    for number in range(3):
        functions.give(f"grant-{number}", 10)
    functions.give("correction", -5)

    first = functions.request("read_wallet", "GET", "/api/v1/wallet/entries", query="limit=2")
    second = functions.request(
        "read_wallet", "GET", "/api/v1/wallet/entries", query=f"limit=10&cursor={first['nextCursor']}"
    )

    amounts = [entry["milliCredits"] for entry in first["entries"] + second["entries"]]
    assert amounts == [-5_000, 10_000, 10_000, 10_000, 100_000]
    assert [entry["type"] for entry in first["entries"]] == ["adjustment", "purchase"]
    assert second["nextCursor"] is None


def test_a_cursor_belongs_to_its_range(functions: Functions) -> None:
    functions.give("one", 10)
    page = functions.request("read_wallet", "GET", "/api/v1/wallet/entries", query="limit=1")

    answer = ask(
        functions,
        "read_wallet",
        "GET",
        "/api/v1/wallet/entries",
        query=f"limit=1&from=2026-01-01&cursor={page['nextCursor']}",
    )

    assert problem(answer) == (400, "invalid_cursor", ["cursor"])


def test_a_statement_of_a_time_has_the_days_that_were_asked_for(functions: Functions) -> None:
    today = system_clock().date().isoformat()

    def count(query: str) -> int:
        page = functions.request("read_wallet", "GET", "/api/v1/wallet/entries", query=query)
        return len(page["entries"])

    assert count(f"from={today}&to={today}") == 1
    assert count("to=2020-01-01") == 0


@pytest.mark.parametrize(("query", "headers"), [("format=csv", {}), ("", {"Accept": "text/csv"})])
def test_a_statement_can_be_had_as_a_table(functions: Functions, query: str, headers: dict[str, str]) -> None:
    functions.give("invoice-1", 25)

    answer = ask(functions, "read_wallet", "GET", "/api/v1/wallet/entries", query=query, headers=headers)

    assert answer["headers"]["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["headers"]["Content-Disposition"]
    newest, _ = csv.DictReader(io.StringIO(answer["body"]))
    assert {name: newest[name] for name in ("id", "type", "milliCredits", "credits")} == {
        "id": "invoice-1",
        "type": "purchase",
        "milliCredits": "25000",
        "credits": "25.0",
    }


def test_a_long_table_says_where_it_goes_on(functions: Functions) -> None:
    functions.give("invoice-1", 25)

    first = ask(functions, "read_wallet", "GET", "/api/v1/wallet/entries", query="format=csv&limit=1")
    link = first["headers"]["Link"]
    query = link[link.index("?") + 1 : link.index(">")]
    second = ask(functions, "read_wallet", "GET", "/api/v1/wallet/entries", query=query)

    assert link.endswith('; rel="next"')
    (row,) = csv.DictReader(io.StringIO(second["body"]))
    assert row["milliCredits"] == "100000"
    assert "Link" not in second["headers"]


BAD_STATEMENTS = {
    "limit=0": "limit",
    "limit=101": "limit",
    "limit=1001&format=csv": "limit",
    "format=xlsx": "format",
    "from=yesterday": "from",
    "to=2026-13-01": "to",
    "from=2026-02-02&to=2026-02-01": "from",
    "cursor=made-up": "cursor",
}


@pytest.mark.parametrize(("query", "field"), BAD_STATEMENTS.items())
def test_a_statement_that_cannot_be_is_refused_by_field(functions: Functions, query: str, field: str) -> None:
    answer = ask(functions, "read_wallet", "GET", "/api/v1/wallet/entries", query=query)

    assert (problem(answer)[0], problem(answer)[2]) == (400, [field])


# --- grants ---------------------------------------------------------------------------------------------------------


def test_a_grant_is_made_once_however_often_it_is_asked_for(functions: Functions) -> None:
    made = functions.give("invoice-1", 25)
    again = ask(
        functions,
        "grant_credits",
        "POST",
        "/api/v1/wallet/grants",
        body={"id": "invoice-1", "kind": "purchase", "milliCredits": 25_000},
    )

    assert (made["milliCredits"], made["credits"], made["priority"]) == (25_000, 25.0, 50)
    assert (again["statusCode"], again["headers"]["Idempotent-Replayed"]) == (200, "true")
    assert json.loads(again["body"]) == made
    assert functions.wallet()["available"]["credits"] == 125


def test_a_grant_id_of_another_amount_is_refused(functions: Functions) -> None:
    functions.give("invoice-1", 25)

    answer = ask(
        functions,
        "grant_credits",
        "POST",
        "/api/v1/wallet/grants",
        body={"id": "invoice-1", "kind": "purchase", "credits": 26},
    )

    assert problem(answer)[:2] == (422, "grant_id_reused")
    assert functions.wallet()["available"]["credits"] == 125


def test_no_more_can_be_taken_back_than_is_available(functions: Functions) -> None:
    functions.submit()

    answer = ask(
        functions,
        "grant_credits",
        "POST",
        "/api/v1/wallet/grants",
        body={"id": "correction", "kind": "adjustment", "credits": -99.001},
    )

    assert problem(answer)[:2] == (402, "insufficient_credits")
    functions.give("correction", -99)
    assert functions.wallet()["available"]["credits"] == 0


def test_credits_can_be_given_to_a_workspace_that_exists_and_to_no_other(functions: Functions) -> None:
    theirs = functions._workspace_id
    functions.provision()
    functions.authorize()
    functions.may(*SCOPES)
    body = {"id": "gift", "kind": "promotion", "credits": 7, "workspaceId": theirs}

    given = functions.request("grant_credits", "POST", "/api/v1/wallet/grants", 201, body=body)
    nobody = ask(
        functions,
        "grant_credits",
        "POST",
        "/api/v1/wallet/grants",
        body=body | {"workspaceId": "019a9f1c-0000-7000-8000-0000000000ee"},
    )

    assert given["workspaceId"] == theirs
    assert functions.wallet()["available"]["credits"] == 100
    assert problem(nobody)[:2] == (404, "not_found")


def new_workspace(functions: Functions) -> str:
    """One that nobody has used yet, so that it has no wallet."""
    with_key = functions._caller
    principal = json.loads(with_key["principal"])
    functions._caller = {"principal": json.dumps({**principal, "key_id": SIGNED_IN})}
    made = functions.request("manage_workspaces", "POST", "/api/v1/workspaces", 201, body={"name": "New"})
    functions._caller = with_key
    return str(made["id"])


def as_member_of(functions: Functions, workspace_id: str, identity: str) -> None:
    principal = json.loads(functions._caller["principal"])
    functions._caller = {"principal": json.dumps({**principal, "workspace_id": workspace_id, "identities": [identity]})}


def test_a_workspace_that_was_never_used_gets_its_wallet_with_the_grant(functions: Functions) -> None:
    theirs = new_workspace(functions)
    body = {"id": "welcome", "kind": "promotion", "credits": 7, "workspaceId": theirs}

    given = functions.request("grant_credits", "POST", "/api/v1/wallet/grants", 201, body=body)
    again = functions.request("grant_credits", "POST", "/api/v1/wallet/grants", 200, body=body)
    functions.request("grant_credits", "POST", "/api/v1/wallet/grants", 201, body=body | {"id": "more"})

    assert again == given
    as_member_of(functions, theirs, "user:owner-of-a-funded-workspace")
    wallet = functions.wallet()
    assert (wallet["available"]["credits"], wallet["granted"]["credits"]) == (14, 14)
    assert {grant["kind"] for grant in wallet["grants"]} == {"promotion"}, "the first look adds no trial"
    assert [entry["milliCredits"] for entry in functions.wallet("/entries")["entries"]] == [7_000, 7_000]


def test_an_owner_who_opens_the_wallet_in_between_keeps_the_trial_and_gets_the_grant(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs, opening = new_workspace(functions), DynamoLedger.opening
    looked: list[Mapping[str, Any]] = []

    def owner_is_faster(ledger: DynamoLedger, workspace_id: str, now: datetime, grant: Grant | None = None) -> Any:
        if not looked:
            looked.append(functions._caller)
            as_member_of(functions, theirs, "user:a-fast-owner")
            functions.wallet()
            functions._caller = looked[0]
        return opening(ledger, workspace_id, now, grant)

    monkeypatch.setattr(DynamoLedger, "opening", owner_is_faster)
    body = {"id": "welcome", "kind": "promotion", "credits": 7, "workspaceId": theirs}
    functions.request("grant_credits", "POST", "/api/v1/wallet/grants", 201, body=body)

    as_member_of(functions, theirs, "user:a-fast-owner")
    assert functions.wallet()["available"]["credits"] == 5 + 7


BAD_GRANTS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no amount": ({"credits": None}, ["credits"]),
    "two amounts": ({"milliCredits": 1_000}, ["credits"]),
    "nothing": ({"credits": 0}, ["milliCredits"]),
    "four decimals": ({"credits": 0.0001}, ["credits"]),
    "too much": ({"credits": 10**12}, ["credits"]),
    "an odd id": ({"id": "one two"}, ["id"]),
    "an unknown kind": ({"kind": "gift"}, ["kind"]),
    "an end in the past": ({"expiresAt": "2020-01-01T00:00:00Z"}, ["expiresAt"]),
    "an end without a zone": ({"expiresAt": "2030-01-01T00:00:00"}, ["expiresAt"]),
    "no end at all": ({"expiresAt": "soon"}, ["expiresAt"]),
    "a priority out of range": ({"priority": 1_001}, ["priority"]),
    "a purchase below zero": ({"credits": -1}, ["kind"]),
    "a grant that takes": ({"takenFrom": "invoice-1"}, ["takenFrom"]),
    "an unknown field": ({"amount": 1}, ["amount"]),
    "text for a number": ({"credits": "1"}, ["credits"]),
    "several faults": ({"id": "", "kind": "gift", "priority": -1}, ["id", "kind", "priority"]),
}


@pytest.mark.parametrize(("change", "fields"), BAD_GRANTS.values(), ids=BAD_GRANTS.keys())
def test_a_bad_grant_is_refused_by_field(functions: Functions, change: dict[str, Any], fields: list[str]) -> None:
    body = {"id": "invoice-1", "kind": "purchase", "credits": 1} | change
    wanted = {name: value for name, value in body.items() if value is not None}

    answer = ask(functions, "grant_credits", "POST", "/api/v1/wallet/grants", body=wanted)

    assert (problem(answer)[0], problem(answer)[2]) == (400, fields)
    assert functions.wallet()["available"]["credits"] == 100


# --- quotes ---------------------------------------------------------------------------------------------------------


def test_a_quote_names_the_rule_and_the_upper_bound_and_writes_nothing(functions: Functions) -> None:
    quote = functions.request("quote_generation", "POST", "/api/v1/quotes", body=REQUEST | {"n": 3})
    dry = functions.request(
        "submit_generation", "POST", "/api/v1/generations", 200, body=REQUEST | {"n": 3}, query="dry_run=true"
    )

    assert quote["price"] == {
        "unit": "generation",
        "rule": "One price for each generation, however many images it has.",
        "plan": "standard",
        "version": load_price_book().version,
        "milliCredits": 1_000,
        "credits": 1.0,
    }
    assert (quote["model"], quote["images"], quote["parameters"]["size"]) == ("seedream-v4", 3, "1024x1024")
    assert quote["expiresAt"] > to_iso(system_clock())
    assert {**dry, "quoteId": None, "expiresAt": None} == {**quote, "quoteId": None, "expiresAt": None}
    assert functions.wallet()["held"]["credits"] == 0
    assert functions.list()["generations"] == []


@pytest.mark.requirement("S002-12", "S002-48", "X-11")
def test_dall_e_3_in_hd_is_quoted_at_thirty_credits(functions: Functions) -> None:
    wish = {"prompt": "a red fox", "model": "dall-e-3", "size": "1792x1024", "style": "vivid"}
    quotes = [
        functions.request("quote_generation", "POST", "/api/v1/quotes", body=wish | {"quality": quality})
        for quality in ("hd", "high", "standard", "auto")
    ]

    assert [quote["price"]["credits"] for quote in quotes] == [30, 30, 15, 15]


def test_a_quoted_request_is_taken_at_its_price(functions: Functions) -> None:
    quote = functions.request("quote_generation", "POST", "/api/v1/quotes", body=REQUEST)

    generation = functions.submit(quoteId=quote["quoteId"])

    assert generation["price"]["milliCredits"] == quote["price"]["milliCredits"]


@pytest.mark.parametrize(
    "change", [{"n": 2}, {"size": "2048x2048"}, {"quality": "hd"}, {"model": "nano-banana", "size": None}]
)
def test_a_quote_for_another_request_is_refused(functions: Functions, change: dict[str, Any]) -> None:
    quote = functions.request("quote_generation", "POST", "/api/v1/quotes", body=REQUEST)
    body = {name: value for name, value in (REQUEST | change).items() if value is not None}

    answer = ask(
        functions,
        "submit_generation",
        "POST",
        "/api/v1/generations",
        body=body | {"quoteId": quote["quoteId"]},
    )

    assert problem(answer) == (400, "invalid_request", ["quoteId"])


def test_a_quote_of_another_workspace_is_refused(functions: Functions) -> None:
    quote = functions.request("quote_generation", "POST", "/api/v1/quotes", body=REQUEST)
    functions.provision()
    functions.authorize()

    answer = ask(
        functions, "submit_generation", "POST", "/api/v1/generations", body=REQUEST | {"quoteId": quote["quoteId"]}
    )

    assert problem(answer) == (400, "invalid_request", ["quoteId"])


@pytest.mark.parametrize("made_up", ["", "x", "a.b", "e30.e30", "\u00fc.\u00fc", "." * 1_024])
def test_a_quote_that_we_never_made_is_refused(functions: Functions, made_up: str) -> None:
    answer = ask(functions, "submit_generation", "POST", "/api/v1/generations", body=REQUEST | {"quoteId": made_up})

    assert problem(answer) == (400, "invalid_request", ["quoteId"])


def test_dry_run_is_true_or_false(functions: Functions) -> None:
    answer = ask(functions, "submit_generation", "POST", "/api/v1/generations", body=REQUEST, query="dry_run=maybe")

    assert problem(answer) == (400, "invalid_request", ["dry_run"])


@pytest.mark.requirement("S002-12")
def test_a_request_that_the_model_refuses_has_no_price(functions: Functions) -> None:
    answer = ask(functions, "quote_generation", "POST", "/api/v1/quotes", body=REQUEST | {"size": "1x1"})

    assert problem(answer) == (400, "invalid_request", ["size"])


# --- usage ----------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("S003-35", "S003-66", "S003-67")
@pytest.mark.parametrize("group", ["day", "month", "user", "model", "provider"])
def test_usage_adds_up_what_was_made_and_what_it_cost(functions: Functions, group: str) -> None:
    for _ in range(2):
        generation = functions.submit()
        functions.cancel(generation)

    usage = functions.request("read_usage", "GET", "/api/v1/usage", query=f"groupBy={group}")

    assert usage["total"]["generations"] == 2
    assert (usage["total"]["imagesCompleted"], usage["total"]["charged"]["milliCredits"]) == (0, 0)
    (only,) = usage["series"]
    assert {name: value for name, value in only.items() if name != "name"} == usage["total"]
    if group in {"day", "month"}:
        assert usage["to"].startswith(only["name"])


BAD_USAGE = {
    "groupBy=colour": "groupBy",
    "from=2026-01-01&to=2026-04-03": "from",
    "from=2026-02-02&to=2026-02-01": "from",
    "from=1": "from",
}


@pytest.mark.parametrize(("query", "field"), BAD_USAGE.items())
def test_usage_of_an_odd_range_is_refused_by_field(functions: Functions, query: str, field: str) -> None:
    answer = ask(functions, "read_usage", "GET", "/api/v1/usage", query=query)

    assert (problem(answer)[0], problem(answer)[2]) == (400, [field])


def test_a_caller_sees_what_is_left_and_when_it_begins_anew(functions: Functions) -> None:
    generation = functions.submit()

    mine = functions.usage("/me")

    today = mine["generationsToday"]
    assert (today["used"], today["limit"], today["remaining"]) == (1, 500, 499)
    assert today["resetsAt"][11:] == "00:00:00.000Z"
    assert mine["activeGenerations"] == {"used": 1, "limit": 10, "remaining": 9, "ids": [generation["id"]]}
    assert [(rate["name"], rate["limit"], rate["windowSeconds"]) for rate in mine["requests"]] == [
        ("workspace", 1_000, 3_600),
        ("user", 60, 60),
        ("address", 100, 60),
    ]
    assert mine["wallet"]["held"]["credits"] == 1


# --- budgets --------------------------------------------------------------------------------------------------------


def test_a_budget_stops_what_would_go_beyond_it(functions: Functions) -> None:
    functions.set_budget(2)
    functions.submit()
    functions.submit()

    answer = ask(functions, "submit_generation", "POST", "/api/v1/generations", body=REQUEST)
    budget = functions.budget()

    assert problem(answer) == (402, "budget_exceeded", ["workspace_budget"])
    assert (budget["used"]["credits"], budget["remaining"]["credits"]) == (2, 0)
    assert budget["month"] == month_of(system_clock())
    assert functions.wallet()["held"]["credits"] == 2, "nothing was held for what was refused"


def test_what_was_spent_before_a_budget_was_set_counts(functions: Functions) -> None:
    functions.submit()

    budget = functions.set_budget(3)

    assert (budget["used"]["credits"], budget["remaining"]["credits"]) == (1, 2)


def test_what_is_cancelled_is_free_in_the_budget_again(functions: Functions) -> None:
    functions.set_budget(1)
    functions.cancel(functions.submit())

    assert functions.budget()["used"]["credits"] == 0
    functions.submit()


def test_a_budget_that_is_taken_away_stops_nothing_and_goes_on_counting(functions: Functions) -> None:
    functions.set_budget(1)
    functions.submit()

    gone = functions.request("set_budgets", "DELETE", "/api/v1/budgets/workspace")
    functions.submit()

    assert (gone["limit"], gone["remaining"]) == (None, None)
    assert functions.set_budget(1)["used"]["credits"] == 2


def test_a_key_has_a_budget_of_its_own(functions: Functions) -> None:
    key_id = json.loads(functions._caller["principal"])["key_id"]
    path = f"/api/v1/budgets/keys/{key_id}"
    functions.request("set_budgets", "PUT", path, body={"milliCredits": 1_000})
    functions.submit()

    answer = ask(functions, "submit_generation", "POST", "/api/v1/generations", body=REQUEST)

    assert problem(answer) == (402, "budget_exceeded", ["key_budget"])
    own = functions.request("read_budgets", "GET", path)
    assert (own["scope"], own["keyId"], own["remaining"]["credits"]) == ("key", key_id, 0)
    assert functions.budget()["limit"] is None


@pytest.mark.parametrize("body", [{}, {"credits": -1}, {"credits": 1, "milliCredits": 1}, {"credits": 0.0001}])
def test_a_budget_needs_one_amount(functions: Functions, body: dict[str, Any]) -> None:
    answer = ask(functions, "set_budgets", "PUT", "/api/v1/budgets/workspace", body=body)

    assert (problem(answer)[0], problem(answer)[2]) == (400, ["credits"])


# --- who may --------------------------------------------------------------------------------------------------------

GUARDED = [
    ("read_wallet", "GET", "/api/v1/wallet", "wallet:read"),
    ("read_wallet", "GET", "/api/v1/wallet/entries", "wallet:read"),
    ("grant_credits", "POST", "/api/v1/wallet/grants", "wallet:grant"),
    ("quote_generation", "POST", "/api/v1/quotes", "generations:write"),
    ("read_usage", "GET", "/api/v1/usage", "wallet:read"),
    ("read_usage", "GET", "/api/v1/usage/me", "generations:read"),
    ("read_usage", "GET", "/api/v1/data/analytics", "wallet:read"),
    ("read_usage", "GET", "/api/v1/data/dashboard", "wallet:read"),
    ("read_budgets", "GET", "/api/v1/budgets/workspace", "wallet:read"),
    ("set_budgets", "PUT", "/api/v1/budgets/workspace", "workspace:admin"),
    ("set_budgets", "DELETE", "/api/v1/budgets/workspace", "workspace:admin"),
    ("set_budgets", "DELETE", f"/api/v1/budgets/keys/{KEY_ID}", "workspace:admin"),
]
BODIES = {"grant_credits": {"id": "g", "kind": "purchase", "credits": 1}, "quote_generation": REQUEST}


@pytest.mark.parametrize(("function", "method", "path", "scope"), GUARDED)
def test_each_route_wants_its_scope_and_a_credential(
    functions: Functions, function: str, method: str, path: str, scope: str
) -> None:
    principal = json.loads(functions._caller["principal"])
    options = {} if method in {"GET", "DELETE"} else {"body": BODIES.get(function, {"credits": 1})}
    less = {"principal": json.dumps(principal | {"scopes": sorted({*principal["scopes"]} - {scope})})}

    functions._caller = less
    refused = ask(functions, function, method, path, **options)
    functions._caller = {"failure": "missing"}
    unknown = ask(functions, function, method, path, **options)

    assert (refused["statusCode"], unknown["statusCode"]) == (403, 401)
    assert scope in json.loads(refused["body"])["detail"]
