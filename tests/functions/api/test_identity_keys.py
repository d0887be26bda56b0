"""API keys: shown once, never more than their maker, ended in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from easel.clock import from_iso, to_iso
from easel.domain.access import ALL_SCOPES, SCOPES_OF
from easel.ids import new_id

if TYPE_CHECKING:
    from tests.functions.api.harness import Answer
    from tests.functions.api.world import World

KEYS = "/api/v1/api-keys"


def make(world: World, token: str, **body: Any) -> Answer:
    return world.call("POST", KEYS, token=token, body={"name": "web shop", **body})


def listed(world: World, token: str) -> list[dict[str, Any]]:
    keys: list[dict[str, Any]] = world.call("GET", KEYS, token=token, query="limit=100").json["apiKeys"]
    return keys


@pytest.mark.requirement("X-1")
def test_a_key_is_shown_once_and_works(world: World) -> None:
    tenant = world.tenant()

    answer = make(world, tenant["apiKey"], scopes=["generations:read", "workspace:read"])

    assert answer.status == 201
    assert answer.header("Cache-Control") == "no-store"
    key = answer.json["apiKey"]
    assert (key[:11], key[-4:]) == (answer.json["prefix"], answer.json["lastFour"])
    me = world.call("GET", "/api/v1/me", token=key).json
    assert (me["workspaceId"], me["scopes"]) == (tenant["workspaceId"], ["generations:read", "workspace:read"])
    assert me["keyId"] == answer.json["id"]
    shown = world.call("GET", KEYS, token=tenant["apiKey"])
    assert key not in shown.body
    assert {**answer.json, "apiKey": None} == {**shown.json["apiKeys"][0], "apiKey": None}


def test_a_key_says_least_when_nothing_is_asked_of_it(world: World) -> None:
    answer = make(world, world.tenant()["apiKey"])

    assert answer.json["scopes"] == ["generations:read", "generations:write", "wallet:read"]
    assert (answer.json["service"], answer.json["expiresAt"], answer.json["active"]) == (False, None, True)


@pytest.mark.requirement("S000-60")
@pytest.mark.parametrize("scope", sorted(ALL_SCOPES - SCOPES_OF["owner"]))
def test_nobody_gives_a_scope_that_they_lack(world: World, scope: str) -> None:
    owner = world.tenant()["apiKey"]

    answer = make(world, owner, scopes=["generations:read", scope])

    assert answer.status == 403
    assert scope in answer.json["detail"]
    assert make(world, world.tenant("Platform", key="admin")["apiKey"], scopes=[scope]).status == 201


def test_a_weak_key_makes_weaker_keys_only(world: World) -> None:
    tenant = world.tenant()
    weak = make(world, tenant["apiKey"], scopes=["keys:write", "generations:read"]).json["apiKey"]

    assert make(world, weak, scopes=["generations:write"]).status == 403
    assert make(world, weak).json["scopes"] == ["generations:read"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scopes": ["everything"]}, "scopes"),
        ({"scopes": []}, "scopes"),
        ({"scopes": "generations:read"}, "scopes"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": None}, "name"),
        ({"expiresInDays": 0}, "expiresInDays"),
        ({"expiresInDays": 3651}, "expiresInDays"),
        ({"expires_in_days": -1}, "expires_in_days"),
        ({"expiresInDays": 1.5}, "expiresInDays"),
        ({"service": "yes"}, "service"),
        ({"workspaceId": new_id()}, "workspaceId"),
    ],
)
def test_a_bad_request_for_a_key_is_told_by_field(world: World, body: dict[str, Any], field: str) -> None:
    answer = make(world, world.tenant()["apiKey"], **body)

    assert answer.status == 400
    assert [fault["field"] for fault in answer.json["error"]["details"]] == [field]


def test_a_key_expires(world: World) -> None:
    tenant = world.tenant()

    made = make(world, tenant["apiKey"], expiresInDays=30).json

    lifetime = from_iso(made["expiresAt"]) - from_iso(made["createdAt"])
    assert lifetime == timedelta(days=30)
    ended = world.key_with(tenant["workspaceId"], "workspace:read", valid_until=datetime.now(UTC) - timedelta(days=1))
    assert world.call("GET", "/api/v1/me", token=ended).status == 401
    assert [key["active"] for key in listed(world, tenant["apiKey"]) if key["name"] == "made by a test"] == [False]


@pytest.mark.requirement("X-1")
def test_a_revoked_key_is_dead_once_it_is_read_again(world: World) -> None:
    tenant = world.tenant()
    made = make(world, tenant["apiKey"], scopes=["workspace:read"]).json
    assert world.call("GET", "/api/v1/me", token=made["apiKey"]).status == 200

    first = world.call("DELETE", f"{KEYS}/{made['id']}", token=tenant["apiKey"])
    second = world.call("DELETE", f"{KEYS}/{made['id']}", token=tenant["apiKey"])

    assert (first.status, first.json["active"]) == (200, False)
    assert second.json == first.json
    world.forget_what_it_read()
    assert world.call("GET", "/api/v1/me", token=made["apiKey"]).status == 401


def test_a_rotated_key_goes_on_for_the_overlap(world: World) -> None:
    tenant = world.tenant()
    old = make(world, tenant["apiKey"], scopes=["workspace:read"]).json

    answer = world.call("POST", f"{KEYS}/{old['id']}/rotate", token=tenant["apiKey"])

    assert answer.status == 201
    new = answer.json
    assert new["apiKey"] != old["apiKey"]
    assert (new["name"], new["scopes"], new["expiresAt"]) == (old["name"], old["scopes"], None)
    world.forget_what_it_read()
    for token in (old["apiKey"], new["apiKey"]):
        assert world.call("GET", "/api/v1/me", token=token).status == 200
    (left,) = [key for key in listed(world, tenant["apiKey"]) if key["id"] == old["id"]]
    assert timedelta(hours=23, minutes=59) < from_iso(left["expiresAt"]) - datetime.now(UTC) <= timedelta(hours=24)


@pytest.mark.parametrize("field", ["overlapSeconds", "overlap_seconds"])
def test_without_an_overlap_the_old_key_ends_at_once(world: World, field: str) -> None:
    tenant = world.tenant()
    old = make(world, tenant["apiKey"], scopes=["workspace:read"]).json

    answer = world.call("POST", f"{KEYS}/{old['id']}/rotate", token=tenant["apiKey"], body={field: 0})

    assert answer.status == 201
    world.forget_what_it_read()
    assert world.call("GET", "/api/v1/me", token=old["apiKey"]).status == 401
    assert world.call("GET", "/api/v1/me", token=answer.json["apiKey"]).status == 200


def test_a_rotation_never_lengthens_a_life(world: World) -> None:
    tenant = world.tenant()
    old = make(world, tenant["apiKey"], expiresInDays=1).json

    new = world.call(
        "POST", f"{KEYS}/{old['id']}/rotate", token=tenant["apiKey"], body={"overlapSeconds": 2_592_000}
    ).json

    (left,) = [key for key in listed(world, tenant["apiKey"]) if key["id"] == old["id"]]
    assert left["expiresAt"] == old["expiresAt"]
    assert from_iso(new["expiresAt"]) - from_iso(new["createdAt"]) == timedelta(days=1)


@pytest.mark.parametrize("seconds", [-1, 2_592_001, "60", 1.5])
def test_an_overlap_has_limits(world: World, seconds: object) -> None:
    tenant = world.tenant()
    old = make(world, tenant["apiKey"]).json

    answer = world.call("POST", f"{KEYS}/{old['id']}/rotate", token=tenant["apiKey"], body={"overlapSeconds": seconds})

    assert answer.status == 400


def test_what_has_ended_is_not_rotated(world: World) -> None:
    tenant = world.tenant()
    made = make(world, tenant["apiKey"]).json
    world.call("DELETE", f"{KEYS}/{made['id']}", token=tenant["apiKey"])

    assert world.call("POST", f"{KEYS}/{made['id']}/rotate", token=tenant["apiKey"]).status == 409


def test_rotation_is_no_way_to_a_stronger_key(world: World) -> None:
    tenant = world.tenant()
    strong = world.operate(workspaceId=tenant["workspaceId"], userId=tenant["userId"], keyName="ops", key="admin")
    (record,) = [key for key in listed(world, tenant["apiKey"]) if key["name"] == "ops"]

    answer = world.call("POST", f"{KEYS}/{record['id']}/rotate", token=tenant["apiKey"])

    assert answer.status == 403
    assert "debug:read" in answer.json["detail"]
    assert world.call("POST", f"{KEYS}/{record['id']}/rotate", token=strong["apiKey"]).status == 201
    assert world.call("DELETE", f"{KEYS}/{record['id']}", token=tenant["apiKey"]).status == 200


def test_nobody_takes_over_the_personal_key_of_somebody_else(world: World) -> None:
    ada, bob = world.person("ada"), world.person("bob")
    bob_id = world.call("GET", "/api/v1/me", token=bob).json["user"]["id"]
    team = world.call("POST", "/api/v1/workspaces", token=ada, body={"name": "Team"}).json["id"]
    here = {"x-workspace-id": team}
    members = f"/api/v1/workspaces/{team}/members"
    world.call("POST", members, token=ada, body={"userId": bob_id, "role": "admin"})
    bobs = world.call("POST", KEYS, token=bob, headers=here, body={"name": "bob's"}).json
    service = world.call("POST", KEYS, token=bob, headers=here, body={"name": "shop", "service": True}).json

    assert world.call("POST", f"{KEYS}/{bobs['id']}/rotate", token=ada, headers=here).status == 403
    assert world.call("POST", f"{KEYS}/{service['id']}/rotate", token=ada, headers=here).status == 201
    assert world.call("DELETE", f"{KEYS}/{bobs['id']}", token=ada, headers=here).status == 200


def test_a_list_goes_on_by_cursor_and_only_for_its_workspace(world: World) -> None:
    tenant, other = world.tenant(), world.tenant("Other")
    for number in range(4):
        make(world, tenant["apiKey"], name=f"key {number}")

    first = world.call("GET", KEYS, token=tenant["apiKey"], query="limit=3").json
    cursor = first["nextCursor"]
    rest = world.call("GET", KEYS, token=tenant["apiKey"], query=f"limit=3&cursor={cursor}").json

    names = [key["name"] for key in [*first["apiKeys"], *rest["apiKeys"]]]
    assert names == ["key 3", "key 2", "key 1", "key 0", "first"]
    assert rest["nextCursor"] is None
    assert world.call("GET", KEYS, token=other["apiKey"], query=f"cursor={cursor}").status == 400


def test_the_text_of_no_key_is_stored(world: World) -> None:
    tenant = world.tenant()
    made = make(world, tenant["apiKey"]).json
    rotated = world.call("POST", f"{KEYS}/{made['id']}/rotate", token=tenant["apiKey"]).json

    stored = str(world.stored())

    assert made["id"] in stored
    for key in (tenant["apiKey"], made["apiKey"], rotated["apiKey"]):
        assert key not in stored
        assert key[33:72] not in stored


def test_times_are_written_as_everywhere(world: World) -> None:
    made = make(world, world.tenant()["apiKey"], expiresInDays=1).json

    assert to_iso(from_iso(made["createdAt"])) == made["createdAt"]
