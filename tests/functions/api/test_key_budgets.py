"""A key's budget follows it through rotation, and no key gives away more than it may spend itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.functions.api.test_identity_workspaces import Team

if TYPE_CHECKING:
    from tests.functions.api.harness import Answer
    from tests.functions.api.world import World

KEYS = "/api/v1/api-keys"
BUDGETS = "/api/v1/budgets/keys"
SCOPES = ["keys:write", "workspace:admin", "workspace:read", "wallet:read", "generations:write", "generations:read"]


@pytest.fixture
def team(world: World) -> Team:
    """A workspace that can pay: its keys are those of a tenant with credits."""
    return Team(world)


def ask(team: Team, who: str, method: str, path: str, **options: Any) -> Answer:
    token = team.tokens.get(who, who)
    team.world.forget_what_it_read()
    return team.world.call(method, path, token=token, headers={"x-workspace-id": team.id}, **options)


def limit(team: Team, key: dict[str, Any], credits: int, by: str = "ada") -> Answer:
    return ask(team, by, "PUT", f"{BUDGETS}/{key['id']}", body={"credits": credits})


def limit_of(team: Team, key: dict[str, Any]) -> float | None:
    shown = ask(team, "ada", "GET", f"{BUDGETS}/{key['id']}").json["limit"]
    return shown["credits"] if shown else None


def rotated(team: Team, key: dict[str, Any], by: str) -> Answer:
    return ask(team, by, "POST", f"{KEYS}/{key['id']}/rotate")


def refusal(team: Team, key: dict[str, Any]) -> str | None:
    """The code of the error that a request of 1 credit gets; None when it is accepted."""
    body = {"prompt": "a red fox", "model": "seedream-v4", "size": "1024x1024"}
    error = ask(team, key["apiKey"], "POST", "/api/v1/generations", body=body).json["error"]
    return error["code"] if error else None


def test_a_limit_can_come_before_the_first_credits(world: World) -> None:
    new = world.person("eve")
    path = "/api/v1/budgets/workspace"
    assert world.call("GET", path, token=new).json["limit"] is None

    limited = world.call("PUT", path, token=new, body={"credits": 3})

    assert (limited.status, limited.json["limit"]["credits"], limited.json["used"]["credits"]) == (200, 3, 0)
    assert world.call("GET", path, token=new).json["limit"]["credits"] == 3
    assert world.call("GET", "/api/v1/wallet", token=new).json["available"]["credits"] == 5, "a trial, as ever"


def test_a_rotated_key_goes_on_with_its_budget(team: Team) -> None:
    key = team.key("ada", scopes=SCOPES, service=True)
    limit(team, key, 0)

    successor = rotated(team, key, "ada").json
    again = rotated(team, successor, "ada").json

    assert [limit_of(team, one) for one in (key, successor, again)] == [0, 0, 0]
    assert [refusal(team, one) for one in (key, successor, again)] == ["budget_exceeded"] * 3


def test_a_key_that_rotates_itself_goes_on_with_its_budget(team: Team) -> None:
    key = team.key("ada", scopes=SCOPES, service=True)
    limit(team, key, 0)

    successor = rotated(team, key, key["apiKey"])

    assert successor.status == 201
    assert refusal(team, successor.json) == "budget_exceeded"


def test_what_a_key_with_a_budget_creates_spends_within_it(team: Team) -> None:
    key = team.key("ada", scopes=SCOPES, service=True)
    limit(team, key, 0)

    child = ask(team, key["apiKey"], "POST", KEYS, body={"name": "child", "scopes": SCOPES}).json
    grandchild = ask(team, child["apiKey"], "POST", KEYS, body={"name": "grandchild", "scopes": SCOPES}).json

    assert [refusal(team, one) for one in (child, grandchild)] == ["budget_exceeded"] * 2
    assert limit_of(team, child) is None
    (shown,) = ask(team, "ada", "GET", f"{BUDGETS}/{grandchild['id']}").json["inherited"]
    assert (shown["keyId"], shown["limit"]["credits"], shown["remaining"]["credits"]) == (key["id"], 0, 0)


def test_a_key_without_a_budget_creates_keys_without_one(team: Team) -> None:
    key = team.key("ada", scopes=SCOPES, service=True)
    child = ask(team, key["apiKey"], "POST", KEYS, body={"name": "child", "scopes": SCOPES}).json

    limit(team, key, 0)

    assert refusal(team, key) == "budget_exceeded"
    assert refusal(team, child) is None


def test_a_key_with_a_budget_does_not_take_over_a_key_outside_it(team: Team) -> None:
    key, other = (team.key("ada", scopes=SCOPES, service=True) for _ in range(2))
    limit(team, key, 1)

    answer = rotated(team, other, key["apiKey"])

    assert (answer.status, answer.json["error"]["code"]) == (403, "forbidden")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_key_does_not_change_a_budget_that_limits_it(team: Team, method: str) -> None:
    key = team.key("ada", scopes=SCOPES, service=True)
    limit(team, key, 1)
    successor = rotated(team, key, "ada").json
    body = {"credits": 1_000} if method == "PUT" else None

    answers = [
        ask(team, successor["apiKey"], method, f"{BUDGETS}/{named['id']}", body=body) for named in (key, successor)
    ]

    assert [answer.status for answer in answers] == [403, 403]
    assert limit_of(team, key) == 1


def test_a_chain_of_keys_that_create_keys_has_an_end(team: Team) -> None:
    key = team.key("ada", scopes=SCOPES, service=True)
    limit(team, key, 1)
    statuses = []
    for _ in range(4):
        made = ask(team, key["apiKey"], "POST", KEYS, body={"name": "next", "scopes": SCOPES})
        statuses.append(made.status)
        key = made.json

    assert statuses == [201, 201, 201, 409]
