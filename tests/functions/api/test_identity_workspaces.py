"""Workspaces: everybody has one, may have more, and sees no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.support.issuer import ISSUER

from easel.domain.identities import personal_workspace, user_of_token
from easel.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functions.api.harness import Answer
    from tests.functions.api.world import World

WORKSPACES = "/api/v1/workspaces"
ME = "/api/v1/me"


class Team:
    """A workspace of Ada's, and people to take in."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.tokens = {name: world.person(name) for name in ("ada", "bob", "cat", "dan")}
        self.ids = {name: world.call("GET", ME, token=token).json["user"]["id"] for name, token in self.tokens.items()}
        made = world.call("POST", WORKSPACES, token=self.tokens["ada"], body={"name": "Team"})
        assert made.status == 201
        self.id = made.json["id"]
        self.path = f"{WORKSPACES}/{self.id}"

    def add(self, by: str, whom: str, role: str) -> Answer:
        body = {"userId": self.ids[whom], "role": role}
        return self.world.call("POST", f"{self.path}/members", token=self.tokens[by], body=body)

    def change(self, by: str, whom: str, role: str) -> Answer:
        path = f"{self.path}/members/{self.ids[whom]}"
        return self.world.call("PATCH", path, token=self.tokens[by], body={"role": role})

    def remove(self, by: str, whom: str) -> Answer:
        return self.world.call("DELETE", f"{self.path}/members/{self.ids[whom]}", token=self.tokens[by])

    def roles(self) -> dict[str, str]:
        found = self.world.call("GET", f"{self.path}/members", token=self.tokens["ada"], query="limit=50").json[
            "members"
        ]
        names = {id_: name for name, id_ in self.ids.items()}
        return {names[member["userId"]]: member["role"] for member in found}

    def key(self, by: str, **body: Any) -> dict[str, Any]:
        here = {"x-workspace-id": self.id}
        made = self.world.call(
            "POST", "/api/v1/api-keys", token=self.tokens[by], headers=here, body={"name": by, **body}
        )
        assert made.status == 201, made.body
        key: dict[str, Any] = made.json
        return key

    def works(self, key: dict[str, Any]) -> bool:
        self.world.forget_what_it_read()
        return self.world.call("GET", ME, token=key["apiKey"]).status == 200


@pytest.fixture
def team(world: World) -> Team:
    return Team(world)


@pytest.mark.requirement("S002-6", "S002-54")
def test_a_person_has_a_workspace_from_the_first_moment(world: World) -> None:
    ada = world.person("ada")

    me = world.call("GET", ME, token=ada).json

    assert me["workspaceId"] == personal_workspace(me["user"]["id"])
    (own,) = me["workspaces"]
    assert (own["id"], own["role"], own["personal"], own["plan"]) == (me["workspaceId"], "owner", True, "standard")
    assert (me["role"], me["channel"], me["keyId"]) == ("owner", "api", None)
    assert world.call("GET", ME, token=ada).json == me
    assert world.call("GET", f"{WORKSPACES}/{own['id']}", token=ada).json == own


def test_a_person_who_asks_for_their_workspace_first_has_it_too(world: World) -> None:
    own = f"{WORKSPACES}/{personal_workspace(user_of_token(ISSUER, 'ada'))}"
    for name, path in (("ada", own), ("bob", WORKSPACES)):
        assert world.call("GET", path, token=world.person(name)).status == 200
    assert len([item for item in world.stored() if item["entity"] == "WORKSPACE"]) == 2


def test_a_key_knows_who_it_is(world: World) -> None:
    tenant = world.tenant("Acme", plan="tiered")

    me = world.call("GET", ME, token=tenant["apiKey"]).json

    assert me["user"]["id"] == tenant["userId"]
    assert me["user"]["name"] == "Acme's owner"
    assert (me["workspaceId"], me["plan"], me["role"]) == (tenant["workspaceId"], "tiered", "owner")
    assert [entry["name"] for entry in me["workspaces"]] == ["Acme"]
    listed = world.call("GET", WORKSPACES, token=tenant["apiKey"]).json
    assert listed["workspaces"] == me["workspaces"]


def test_a_key_makes_no_workspaces(world: World) -> None:
    answer = world.call("POST", WORKSPACES, token=world.tenant()["apiKey"], body={"name": "More"})

    assert answer.status == 403


def test_workspaces_are_made_listed_and_renamed(team: Team) -> None:
    world, ada = team.world, team.tokens["ada"]

    listed = world.call("GET", WORKSPACES, token=ada).json["workspaces"]
    assert sorted((entry["name"], entry["role"], entry["personal"]) for entry in listed) == [
        ("Personal", "owner", True),
        ("Team", "owner", False),
    ]
    renamed = world.call("PATCH", team.path, token=ada, body={"name": "  Dream team "})
    assert (renamed.status, renamed.json["name"]) == (200, "Dream team")
    assert world.call("GET", team.path, token=ada).json == renamed.json


@pytest.mark.parametrize("name", ["", " ", "x" * 101, None, 7])
def test_a_workspace_needs_a_name(world: World, name: object) -> None:
    answer = world.call("POST", WORKSPACES, token=world.person("ada"), body={"name": name})

    assert answer.status == 400
    assert answer.json["error"]["details"][0]["field"] == "name"


@pytest.mark.requirement("S000-60")
def test_members_see_and_only_admins_change(team: Team) -> None:
    assert team.add("ada", "bob", "member").status == 201
    assert team.add("ada", "cat", "admin").status == 201

    assert team.world.call("GET", team.path, token=team.tokens["bob"]).json["role"] == "member"
    assert team.world.call("GET", f"{team.path}/members", token=team.tokens["bob"]).status == 200
    assert team.world.call("PATCH", team.path, token=team.tokens["bob"], body={"name": "Bob's"}).status == 403
    assert team.add("bob", "dan", "member").status == 403
    assert team.remove("bob", "cat").status == 403
    assert team.change("bob", "bob", "owner").status == 403
    assert team.world.call("PATCH", team.path, token=team.tokens["cat"], body={"name": "Cat's"}).status == 200
    assert team.add("cat", "dan", "member").status == 201
    assert team.roles() == {"ada": "owner", "bob": "member", "cat": "admin", "dan": "member"}


def test_owners_are_made_and_unmade_by_owners_alone(team: Team) -> None:
    team.add("ada", "cat", "admin")

    assert team.add("cat", "bob", "owner").status == 403
    assert team.change("cat", "cat", "owner").status == 403
    assert team.change("cat", "ada", "member").status == 403
    assert team.remove("cat", "ada").status == 403
    assert team.change("ada", "cat", "owner").status == 200
    assert team.change("cat", "ada", "member").status == 200
    assert team.roles() == {"ada": "member", "cat": "owner"}


@pytest.mark.parametrize(
    "attempt",
    [lambda team: team.change("ada", "ada", "admin"), lambda team: team.remove("ada", "ada")],
    ids=["demoted", "removed"],
)
def test_the_last_owner_stays(team: Team, attempt: Callable[[Team], Answer]) -> None:
    answer = attempt(team)

    assert (answer.status, answer.json["error"]["code"]) == (409, "last_owner")


def test_an_owner_may_leave_when_there_is_another(team: Team) -> None:
    team.add("ada", "bob", "owner")
    assert team.remove("ada", "ada").status == 204
    assert team.remove("bob", "bob").status == 409


STRANGERS_CALLS: dict[str, Callable[[Team, str], Answer]] = {
    "read": lambda team, token: team.world.call("GET", team.path, token=token),
    "read members": lambda team, token: team.world.call("GET", f"{team.path}/members", token=token),
    "rename": lambda team, token: team.world.call("PATCH", team.path, token=token, body={"name": "x"}),
    "add a member": lambda team, _: team.add("dan", "dan", "owner"),
    "change a member": lambda team, _: team.change("dan", "ada", "member"),
    "remove a member": lambda team, _: team.remove("dan", "ada"),
    "read what is not there": lambda team, token: team.world.call("GET", f"{WORKSPACES}/{new_id()}", token=token),
    "read what cannot be there": lambda team, token: team.world.call("GET", f"{WORKSPACES}/not-an-id", token=token),
}


@pytest.mark.parametrize("call", STRANGERS_CALLS)
def test_strangers_see_nothing(team: Team, call: str) -> None:
    answer = STRANGERS_CALLS[call](team, team.tokens["dan"])

    assert (answer.status, answer.json["error"]["code"]) == (404, "not_found")


def test_a_key_stays_in_its_workspace(team: Team) -> None:
    key = team.key("ada", scopes=["workspace:read", "workspace:admin"])["apiKey"]
    other = team.world.call("POST", WORKSPACES, token=team.tokens["ada"], body={"name": "Other"}).json["id"]

    assert team.world.call("GET", team.path, token=key).status == 200
    assert team.world.call("GET", f"{WORKSPACES}/{other}", token=key).status == 404
    assert team.world.call("PATCH", f"{WORKSPACES}/{other}", token=key, body={"name": "x"}).status == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"userId": new_id(), "role": "member"}, 404),
        ({"userId": "not-an-id", "role": "member"}, 404),
        ({"role": "member"}, 400),
        ({"userId": new_id()}, 400),
        ({"userId": new_id(), "role": "service"}, 400),
        ({"userId": new_id(), "role": "god"}, 400),
    ],
)
def test_only_people_whom_we_know_are_taken_in(team: Team, body: dict[str, Any], status: int) -> None:
    answer = team.world.call("POST", f"{team.path}/members", token=team.tokens["ada"], body=body)

    assert answer.status == status
    assert team.roles() == {"ada": "owner"}


def test_nobody_is_taken_in_twice_and_who_is_not_there_cannot_go(team: Team) -> None:
    team.add("ada", "bob", "member")

    assert team.add("ada", "bob", "admin").status == 409
    assert team.remove("ada", "cat").status == 404
    assert team.change("ada", "cat", "member").status == 404
    assert team.roles() == {"ada": "owner", "bob": "member"}


def test_who_is_a_member_cannot_add_themselves(team: Team) -> None:
    team.add("ada", "bob", "admin")

    assert [team.add(name, name, "member").status for name in ("ada", "bob")] == [409, 409]
    assert team.roles() == {"ada": "owner", "bob": "admin"}


def test_a_personal_workspace_takes_nobody_in(team: Team) -> None:
    path = f"/api/v1/workspaces/{personal_workspace(team.ids['ada'])}/members"
    body = {"userId": team.ids["bob"], "role": "member"}

    answer = team.world.call("POST", path, token=team.tokens["ada"], body=body)

    assert (answer.status, "Create a workspace" in answer.json["detail"]) == (409, True)


@pytest.mark.requirement("S000-60")
def test_who_goes_takes_their_personal_keys_along_and_leaves_the_machines_theirs(team: Team) -> None:
    team.add("ada", "bob", "admin")
    personal, machine, adas = team.key("bob"), team.key("bob", service=True), team.key("ada")

    assert team.remove("ada", "bob").status == 204

    assert [team.works(key) for key in (personal, machine, adas)] == [False, True, True]


def test_who_loses_a_role_loses_the_keys_that_needed_it(team: Team) -> None:
    team.add("ada", "bob", "admin")
    strong, weak = team.key("bob", scopes=["keys:write", "workspace:read"]), team.key("bob", scopes=["workspace:read"])

    assert team.change("ada", "bob", "member").json["role"] == "member"

    assert [team.works(key) for key in (strong, weak)] == [False, True]


def test_anybody_may_leave(team: Team) -> None:
    team.add("ada", "bob", "member")

    assert team.remove("bob", "bob").status == 204
    assert team.world.call("GET", team.path, token=team.tokens["bob"]).status == 404


def test_the_same_role_again_changes_nothing(team: Team) -> None:
    assert team.change("ada", "ada", "owner").status == 200
    assert team.roles() == {"ada": "owner"}


def test_lists_go_on_by_cursor(team: Team) -> None:
    for name in ("bob", "cat", "dan"):
        team.add("ada", name, "member")
    ada = team.tokens["ada"]

    first = team.world.call("GET", f"{team.path}/members", token=ada, query="limit=3").json
    rest = team.world.call("GET", f"{team.path}/members", token=ada, query=f"limit=3&cursor={first['nextCursor']}").json

    assert {member["userId"] for member in [*first["members"], *rest["members"]]} == set(team.ids.values())
    assert rest["nextCursor"] is None
    workspaces = team.world.call("GET", WORKSPACES, token=ada, query="limit=1").json
    assert workspaces["nextCursor"]
    more = team.world.call("GET", WORKSPACES, token=ada, query=f"limit=1&cursor={workspaces['nextCursor']}").json
    assert more["workspaces"] != workspaces["workspaces"]
