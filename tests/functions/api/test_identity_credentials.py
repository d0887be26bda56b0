"""Who a credential stands for, where it acts, and what finding that out costs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.issuer import ISSUER

from easel.domain.access import PLATFORM_SCOPES, SCOPES_OF, TELEGRAM_USER_SCOPES
from easel.domain.identities import TelegramIdentity, personal_workspace, user_of_token
from easel.ids import new_id

if TYPE_CHECKING:
    from tests.functions.api.world import World

ADA = 279058397


def who(world: World, token: str, **headers: str) -> dict[str, Any]:
    """The principal that the authorizer makes of this."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    context = world.authorize({"authorization": f"Bearer {token}", **named})
    assert "failure" not in context, context
    principal: dict[str, Any] = json.loads(context["principal"])
    return principal


def refusal(world: World, token: str, **headers: str) -> str:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    context = world.authorize({"authorization": f"Bearer {token}", **named})
    assert "principal" not in context
    return str(context["failure"])


@pytest.mark.requirement("S000-59", "S002-6", "X-1", "X-2")
def test_a_person_is_the_same_user_at_every_visit_and_costs_one_read(world: World) -> None:
    user_id = user_of_token(ISSUER, "ada")

    principal = who(world, world.person("ada"))

    assert world.calls == ["GetItem"], "of their membership, which has their plan"
    assert principal == who(world, world.person("ada")) | {}
    assert principal["user_id"] == user_id
    assert principal["workspace_id"] == personal_workspace(user_id)
    assert principal["roles"] == ["owner"]
    assert set(principal["scopes"]) == SCOPES_OF["owner"]
    assert principal["identities"] == [f"user:{user_id}"]
    assert who(world, world.person("eve"))["user_id"] != user_id


def test_a_person_may_name_their_own_workspace(world: World) -> None:
    own = who(world, world.person("ada"))

    assert who(world, world.person("ada"), x_workspace_id=own["workspace_id"].upper()) == own
    assert who(world, world.person("ada"), x_workspace_id="  ") == own


@pytest.mark.requirement("S000-60")
def test_those_who_run_the_platform_have_its_scopes_beside_their_own(world: World) -> None:
    assert set(who(world, world.person("ada", operator=True))["scopes"]) == SCOPES_OF["owner"] | PLATFORM_SCOPES


@pytest.mark.requirement("S002-6", "X-1")
def test_a_member_acts_in_the_workspace_they_name_with_the_role_they_have_there(world: World) -> None:
    ada, bob = world.person("ada"), world.person("bob")
    bob_id = world.call("GET", "/api/v1/me", token=bob).json["user"]["id"]
    team = world.call("POST", "/api/v1/workspaces", token=ada, body={"name": "Team"}).json["id"]
    assert refusal(world, bob, x_workspace_id=team) == "not_found"
    members = f"/api/v1/workspaces/{team}/members"
    assert world.call("POST", members, token=ada, body={"userId": bob_id, "role": "member"}).status == 201

    principal = who(world, bob, x_workspace_id=team)

    assert world.calls == ["GetItem"]
    assert (principal["workspace_id"], principal["user_id"], principal["roles"]) == (team, bob_id, ["member"])
    assert set(principal["scopes"]) == SCOPES_OF["member"]
    who(world, bob, x_workspace_id=team)
    assert world.calls == []
    assert world.call("DELETE", f"{members}/{bob_id}", token=ada).status == 204
    world.forget_what_it_read()
    assert refusal(world, bob, x_workspace_id=team) == "not_found"


@pytest.mark.parametrize("named", ["not-an-id", "019a9f1c-0000-7000-8000-00000000000z", "WORKSPACE#1", "x" * 500])
def test_a_workspace_that_cannot_be_one_is_not_looked_up(world: World, named: str) -> None:
    assert refusal(world, world.person("ada"), x_workspace_id=named) == "not_found"
    assert world.calls == []


def test_a_key_is_one_read_and_none_while_the_process_is_warm(world: World) -> None:
    tenant = world.tenant()

    principal = who(world, tenant["apiKey"])

    assert world.calls == ["GetItem"]
    assert (principal["workspace_id"], principal["user_id"]) == (tenant["workspaceId"], tenant["userId"])
    assert principal["identities"] == [f"user:{tenant['userId']}"]
    assert who(world, tenant["apiKey"], x_workspace_id=tenant["workspaceId"]) == principal
    assert world.calls == []
    assert refusal(world, tenant["apiKey"], x_workspace_id=new_id()) == "not_found"


@pytest.mark.parametrize("text", ["ek_", "ek_short", "ek_" + "x" * 72, "ek_" + "x" * 74, "ek_" + "é" * 73])
def test_what_cannot_be_a_key_is_not_looked_up(world: World, text: str) -> None:
    assert refusal(world, text) == "invalid"
    assert world.calls == []


def test_a_key_that_names_another_workspace_than_its_own_gains_nothing(world: World) -> None:
    """The workspace inside of a key is a claim: somebody may write another one there."""
    mine, theirs = world.tenant("Mine", key="bot"), world.tenant("Theirs", key="bot")
    world.call("POST", "/api/v1/users/sync", token=theirs["apiKey"], body={"telegram_id": ADA})
    claim = slice(11, 33)
    forged = mine["apiKey"][: claim.start] + theirs["apiKey"][claim] + mine["apiKey"][claim.stop :]

    assert refusal(world, forged) == "invalid"
    assert refusal(world, forged, x_act_as=f"telegram:{ADA}") == "invalid"


def test_what_is_stored_under_a_key_decides_whose_people_it_acts_for(world: World) -> None:
    mine, theirs = world.tenant("Mine", key="bot"), world.tenant("Theirs", key="bot")
    world.call("POST", "/api/v1/users/sync", token=theirs["apiKey"], body={"telegram_id": ADA})
    # A key whose text names their workspace, stored as one of mine.
    odd = world.key_with(theirs["workspaceId"], "act_as:telegram", workspace_id=mine["workspaceId"])

    assert refusal(world, odd, x_act_as=f"telegram:{ADA}") == "not_found"


@pytest.mark.requirement("S001-11", "X-1")
def test_a_bot_acts_for_a_person_whom_it_brought_in_one_read(world: World) -> None:
    bot = world.tenant("Bot", key="bot")
    world.call("POST", "/api/v1/users/sync", token=bot["apiKey"], body={"telegram_id": ADA})
    world.forget_what_it_read()
    identity = TelegramIdentity(bot["workspaceId"], ADA)

    principal = who(world, bot["apiKey"], x_act_as=f"telegram:{ADA}")

    assert world.calls == ["BatchGetItem"]
    assert (principal["workspace_id"], principal["user_id"]) == (identity.workspace_id, identity.user_id)
    assert principal["channel"] == "telegram"
    assert set(principal["scopes"]) == TELEGRAM_USER_SCOPES
    assert principal["identities"] == [f"user:{identity.user_id}", f"telegram:{ADA}"]
    assert who(world, bot["apiKey"], x_act_as=f"telegram:{ADA}") == principal
    assert world.calls == []


def test_a_bots_key_gives_nobody_more_than_it_has(world: World) -> None:
    bot = world.tenant("Bot", key="bot")
    world.call("POST", "/api/v1/users/sync", token=bot["apiKey"], body={"telegram_id": ADA})
    narrow = world.key_with(bot["workspaceId"], "act_as:telegram", "generations:read", "keys:write")

    assert who(world, narrow, x_act_as=f"telegram:{ADA}")["scopes"] == ["generations:read"]


@pytest.mark.parametrize(
    "named",
    ["telegram:1", "telegram:0279058397", "279058397", "telegram:", "telegram:-1", f"telegram:{2**52}", "user:1"],
)
def test_a_bot_acts_for_nobody_else(world: World, named: str) -> None:
    bot = world.tenant("Bot", key="bot")
    world.call("POST", "/api/v1/users/sync", token=bot["apiKey"], body={"telegram_id": ADA})

    assert refusal(world, bot["apiKey"], x_act_as=named) == "not_found"


def test_acting_for_others_takes_a_key_that_may(world: World) -> None:
    tenant = world.tenant()

    assert refusal(world, tenant["apiKey"], x_act_as=f"telegram:{ADA}") == "forbidden"
    assert refusal(world, world.person("ada"), x_act_as=f"telegram:{ADA}") == "forbidden"
    assert refusal(world, world.person("op", operator=True), x_act_as=f"telegram:{ADA}") == "forbidden"


def test_the_wrong_key_is_refused_before_anything_is_said_about_people(world: World) -> None:
    bot = world.tenant("Bot", key="bot")
    world.call("POST", "/api/v1/users/sync", token=bot["apiKey"], body={"telegram_id": ADA})
    ended = world.key_with(bot["workspaceId"], "act_as:telegram", revoked_at=datetime.now(UTC))

    assert refusal(world, ended, x_act_as=f"telegram:{ADA}") == "invalid"
    assert refusal(world, ended, x_act_as="telegram:1") == "invalid"


@pytest.mark.requirement("X-1")
def test_keys_of_a_provider_that_cannot_be_fetched_are_our_trouble(world: World) -> None:
    token = world.person("ada")
    world.forget_what_it_read()
    world.issuer.broken = True
    try:
        answer = world.call("GET", "/api/v1/me", token=token)
    finally:
        world.issuer.broken = False
        world.forget_what_it_read()

    assert (answer.status, answer.json["error"]["retryable"]) == (503, True)


@pytest.mark.requirement("S000-59", "X-24")
def test_the_first_thing_that_a_person_does_may_be_to_ask_for_a_picture(world: World) -> None:
    ada = world.person("ada")

    answer = world.call("POST", "/api/v1/generations", token=ada, body={"prompt": "a fox", "model": "seedream-v4"})

    assert answer.status == 202
    user_id = user_of_token(ISSUER, "ada")
    own = (user_id, personal_workspace(user_id))
    kinds = {item.get("entity") for item in world.stored() if any(name in str(item) for name in own)}
    assert {"USER", "USER_ENTRY", "WORKSPACE", "MEMBER", "MEMBERSHIP", "REQUEST", "STATE"} <= kinds
    again = world.call("POST", "/api/v1/generations", token=ada, body={"prompt": "a fox", "model": "seedream-v4"})
    assert again.status == 202
    (user,) = [item for item in world.stored() if item.get("entity") == "USER"]
    assert user["id"] == user_id
