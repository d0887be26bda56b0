"""What those who run the platform may do: give keys and credits, and see who is there without knowing who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.issuer import ISSUER

from easel.domain.access import BOT_SCOPES, PLATFORM_SCOPES, SCOPES_OF
from easel.domain.identities import personal_workspace, user_of_token
from easel.errors import NotFound
from easel.ids import new_id
from easel.repositories.money.ledger import DynamoLedger

if TYPE_CHECKING:
    from tests.functions.api.world import World

USERS = "/api/v1/debug/users"


def credits_of(world: World, workspace_id: str) -> int:
    wallet = DynamoLedger(world.emulator.client("dynamodb"), world.environment["LEDGER_TABLE_NAME"]).wallet(
        workspace_id
    )
    assert wallet is not None
    return wallet.available


@pytest.mark.parametrize(
    ("kind", "role", "scopes"),
    [
        (None, "owner", SCOPES_OF["owner"]),
        ("standard", "owner", SCOPES_OF["owner"]),
        ("admin", "owner", SCOPES_OF["owner"] | PLATFORM_SCOPES),
        ("bot", "service", BOT_SCOPES),
    ],
)
@pytest.mark.requirement("S000-60")
def test_each_kind_of_key_may_do_what_it_is_for(
    world: World, kind: str | None, role: str, scopes: frozenset[str]
) -> None:
    made = world.tenant("Acme", credits=7, plan="tiered", **({"key": kind} if kind else {}))

    me = world.call("GET", "/api/v1/me", token=made["apiKey"]).json

    assert (me["role"], me["scopes"], me["plan"]) == (role, sorted(scopes), "tiered")
    assert (me["workspaceId"], me["user"]["id"]) == (made["workspaceId"], made["userId"])
    assert credits_of(world, made["workspaceId"]) == 7_000


def test_an_unknown_kind_of_key_is_refused_before_anything_is_made(world: World) -> None:
    with pytest.raises(ValueError, match="god"):
        world.tenant("Acme", key="god")
    assert world.stored() == []


def test_a_person_can_be_given_credits_before_they_first_come(world: World) -> None:
    made = world.operate(issuer=ISSUER, subject="ada", ownerName="Ada", credits=50)

    assert made["apiKey"] is None
    assert made["userId"] == user_of_token(ISSUER, "ada")
    me = world.call("GET", "/api/v1/me", token=world.person("ada")).json
    assert (me["user"]["id"], me["user"]["name"]) == (made["userId"], "Ada")
    assert me["workspaceId"] == made["workspaceId"] == personal_workspace(made["userId"])
    assert credits_of(world, made["workspaceId"]) == 50_000
    again = world.operate(issuer=ISSUER, subject="ada", credits=50)
    assert again == {**made, "created": False}
    assert credits_of(world, made["workspaceId"]) == 50_000


def test_a_workspace_gets_further_keys_in_the_name_of_its_people(world: World) -> None:
    tenant = world.tenant("Acme", plan="tiered")

    more = world.operate(workspaceId=tenant["workspaceId"], userId=tenant["userId"], keyName="bot", key="bot")

    me = world.call("GET", "/api/v1/me", token=more["apiKey"]).json
    assert (me["workspaceId"], me["plan"], me["scopes"]) == (tenant["workspaceId"], "tiered", sorted(BOT_SCOPES))
    with pytest.raises(NotFound):
        world.operate(workspaceId=tenant["workspaceId"], userId=new_id(), keyName="x")
    with pytest.raises(NotFound):
        world.operate(workspaceId=new_id(), userId=tenant["userId"], keyName="x")


@pytest.mark.requirement("S003-108", "X-33")
def test_users_are_listed_masked_and_newest_first(world: World) -> None:
    world.call("GET", "/api/v1/me", token=world.person("somebody"))
    bot = world.tenant("Bot", key="bot")
    ada = {"telegram_id": 279058397, "username": "ada_l", "first_name": "Ada", "last_name": "Lovelace"}
    world.call("POST", "/api/v1/users/sync", token=bot["apiKey"], body=ada)
    admin = world.tenant("Platform", key="admin")

    answer = world.call("GET", USERS, token=admin["apiKey"])

    assert answer.status == 200
    by_kind = [(user["kind"], user["name"], user["username"], user["telegramId"]) for user in answer.json["users"]]
    assert by_kind == [
        ("account", "P***", None, None),
        ("telegram", "A***", "a***", "***97"),
        ("account", "B***", None, None),
        ("account", None, None, None),
    ]
    for secret in ("ada_l", "Lovelace", "279058397", "Platform's owner"):
        assert secret not in answer.body
    assert answer.header("Cache-Control") == "no-store"


@pytest.mark.requirement("X-33")
def test_people_who_run_the_platform_see_it_by_signing_in(world: World) -> None:
    assert world.call("GET", USERS, token=world.person("op", operator=True)).status == 200
    assert world.call("GET", USERS, token=world.person("ada")).status == 403
    assert world.call("GET", USERS, token=world.tenant()["apiKey"]).status == 403


@pytest.mark.requirement("X-33")
@pytest.mark.parametrize(("who", "status"), [("an operator's key", 404), ("a person", 404), ("nobody", 401)])
def test_where_it_is_switched_off_it_is_there_for_nobody(world: World, who: str, status: int) -> None:
    world.debug_users = False
    tokens = {
        "an operator's key": world.tenant("Platform", key="admin")["apiKey"],
        "a person": world.person("ada"),
        "nobody": None,
    }

    assert world.call("GET", USERS, token=tokens[who]).status == status


def test_the_list_goes_on_by_cursor(world: World) -> None:
    admin = world.tenant("Platform", key="admin")["apiKey"]
    for number in range(4):
        world.tenant(f"Tenant {number}")

    first = world.call("GET", USERS, token=admin, query="limit=3").json
    rest = world.call("GET", USERS, token=admin, query=f"limit=3&cursor={first['nextCursor']}").json

    assert len({user["id"] for user in [*first["users"], *rest["users"]]}) == 5
    assert (len(first["users"]), len(rest["users"]), rest["nextCursor"]) == (3, 2, None)
    assert world.call("GET", USERS, token=admin, query="limit=101").status == 400
    other = world.person("op", operator=True)
    assert world.call("GET", USERS, token=other, query=f"cursor={first['nextCursor']}").status == 400
