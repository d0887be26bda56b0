"""What ended a moment ago hands out no authority, although a warm authorizer still remembers it as good."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from tests.functions.api.test_identity_workspaces import ME, Team

if TYPE_CHECKING:
    from tests.functions.api.harness import Answer
    from tests.functions.api.world import World

KEYS = "/api/v1/api-keys"
ADMIN_SCOPES = ["keys:write", "workspace:admin", "workspace:read"]


@pytest.fixture
def team(world: World) -> Team:
    """Ada owns it, Bob is an admin; the authorizer has seen both a moment ago."""
    team = Team(world)
    team.add("ada", "bob", "admin")
    assert here(team, "bob", "GET", ME).status == 200
    return team


def here(team: Team, who: str, method: str, path: str, **options: Any) -> Answer:
    token = team.tokens.get(who, who)
    return team.world.call(method, path, token=token, headers={"x-workspace-id": team.id}, **options)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", KEYS, {"name": "survivor", "scopes": ["workspace:read"]}),
        ("POST", "/api/v1/workspaces/{workspace}/members", {"userId": "{cat}", "role": "member"}),
        ("PATCH", "/api/v1/workspaces/{workspace}", {"name": "Mine"}),
        ("PUT", "/api/v1/workspaces/{workspace}/routing", {"fallback": "none"}),
        ("PUT", "/api/v1/budgets/workspace", {"credits": 1}),
        ("DELETE", KEYS + "/{other}", None),
        ("POST", KEYS + "/{other}/rotate", None),
    ],
    ids=["create a key", "add a member", "rename", "set routing", "set a budget", "revoke a key", "rotate a key"],
)
@pytest.mark.parametrize("way", ["revoked key", "removed admin", "demoted admin"])
def test_nothing_is_written_on_the_word_of_somebody_who_has_lost_it(
    team: Team, way: str, method: str, path: str, body: dict[str, Any] | None
) -> None:
    other = team.key("ada", scopes=["workspace:read"], service=True)
    key = team.key("ada", scopes=ADMIN_SCOPES)
    assert team.works(key)
    caller = key["apiKey"] if way == "revoked key" else "bob"
    assert here(team, caller, "GET", ME).status == 200
    match way:
        case "revoked key":
            assert here(team, "ada", "DELETE", f"{KEYS}/{key['id']}").status == 200
        case "removed admin":
            assert team.remove("ada", "bob").status == 204
        case _:
            assert team.change("ada", "bob", "member").status == 200
    before = stored(team)
    names = {"{workspace}": team.id, "{other}": other["id"], "{cat}": team.ids["cat"]}
    for name, value in names.items():
        path = path.replace(name, value)
        body = {field: value if text == name else text for field, text in body.items()} if body else body

    answer = here(team, caller, method, path, body=body)

    assert answer.status == {"revoked key": 401, "removed admin": 404, "demoted admin": 403}[way], answer.body
    assert stored(team) == before


def test_a_removed_admin_does_not_take_themselves_back_in(team: Team) -> None:
    assert team.remove("ada", "bob").status == 204

    answer = team.add("bob", "bob", "admin")

    assert answer.status == 404
    assert team.roles() == {"ada": "owner"}


def test_an_owner_who_was_made_an_admin_appoints_no_owner(team: Team) -> None:
    assert team.change("ada", "bob", "owner").status == 200
    team.world.forget_what_it_read()
    assert here(team, "bob", "GET", ME).json["role"] == "owner"
    assert team.change("ada", "bob", "admin").status == 200

    assert team.add("bob", "cat", "owner").status == 403
    assert team.change("bob", "bob", "owner").status == 403
    assert team.roles() == {"ada": "owner", "bob": "admin"}


def test_an_owners_key_that_administers_ends_when_they_become_an_admin(team: Team) -> None:
    assert team.change("ada", "bob", "owner").status == 200
    team.world.forget_what_it_read()
    strong, weak = team.key("bob", scopes=ADMIN_SCOPES), team.key("bob", scopes=["workspace:read"])

    assert team.change("ada", "bob", "admin").status == 200

    assert [team.works(key) for key in (strong, weak)] == [False, True]


def test_a_key_made_while_its_owner_is_removed_never_survives(team: Team) -> None:
    survivors = []
    for _ in range(8):
        team.add("ada", "bob", "admin")
        team.world.forget_what_it_read()
        assert here(team, "bob", "GET", ME).status == 200
        with ThreadPoolExecutor(2) as pool:
            made = pool.submit(here, team, "bob", "POST", KEYS, body={"name": "racer"})
            removed = pool.submit(team.remove, "ada", "bob")
        assert removed.result().status == 204
        if made.result().status == 201:
            survivors.append(team.works(made.result().json))

    assert not any(survivors)


def stored(team: Team) -> list[dict[str, Any]]:
    """Everything in the core table, in an order that does not depend on it."""
    return sorted(team.world.stored(), key=lambda item: (item["pk"], item["sk"]))
