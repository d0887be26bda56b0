"""Principals other than the caller's own, for front doors whose requests name them elsewhere than in a header."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.support.generations import NOW, WORKSPACE_ID

from easel.domain.access import BOT_SCOPES, DEBUG_READ, SCOPES_OF, TELEGRAM_USER_SCOPES
from easel.domain.identities import TelegramIdentity
from easel.domain.request import Channel
from easel.errors import Forbidden, InvalidRequest, NotFound
from easel.http import identity
from easel.ids import new_id
from easel.services.accounts.impersonation import EnterWorkspace, ImpersonateTelegramUser, telegram_user
from easel.services.accounts.principal import SIGNED_IN, Principal
from easel.services.ports.accounts import Membership

TEAM = new_id()
PERSON = Principal(WORKSPACE_ID, "ada", frozenset({"owner"}), SCOPES_OF["owner"], Channel.API, SIGNED_IN)
BOT = Principal(WORKSPACE_ID, "owner", frozenset({"service"}), BOT_SCOPES, Channel.TELEGRAM, "key-1", "tiered")


def entering(*members: Membership) -> EnterWorkspace:
    found = {(entry.workspace_id, entry.user_id): entry for entry in members}
    return EnterWorkspace(workspaces=cast(Any, SimpleNamespace(membership=lambda *key: found.get(key))))


def acting(*known: TelegramIdentity) -> ImpersonateTelegramUser:
    return ImpersonateTelegramUser(users=cast(Any, SimpleNamespace(knows_telegram=known.__contains__)))


@pytest.mark.requirement("X-1")
def test_a_member_enters_with_the_role_and_plan_they_have_there() -> None:
    entered = entering(Membership(TEAM, "ada", "member", NOW, "tiered"))(PERSON, TEAM)

    assert (entered.workspace_id, entered.user_id, entered.plan) == (TEAM, "ada", "tiered")
    assert (entered.roles, entered.scopes) == (frozenset({"member"}), SCOPES_OF["member"])


def test_what_somebody_holds_of_the_platform_goes_with_them() -> None:
    operator = replace(PERSON, scopes=PERSON.scopes | {DEBUG_READ})

    entered = entering(Membership(TEAM, "ada", "member", NOW))(operator, TEAM)

    assert entered.scopes == SCOPES_OF["member"] | {DEBUG_READ}


@pytest.mark.parametrize(
    ("memberships", "caller"),
    [([], PERSON), ([Membership(TEAM, "ada", "owner", NOW)], replace(PERSON, key_id="key-1"))],
    ids=["no member", "a key"],
)
def test_nobody_enters_where_they_do_not_belong_and_keys_go_nowhere(
    memberships: list[Membership], caller: Principal
) -> None:
    enter = entering(*memberships)

    with pytest.raises(NotFound):
        enter(caller, TEAM)
    assert enter(caller, WORKSPACE_ID) == caller


@pytest.mark.requirement("X-1")
def test_a_bot_acts_for_a_person_with_their_wallet_and_its_own_limits() -> None:
    ada = TelegramIdentity(WORKSPACE_ID, 7)

    acted = acting(ada)(BOT, 7)

    assert (acted.workspace_id, acted.user_id, acted.identities) == (ada.workspace_id, ada.user_id, ada.names)
    assert (acted.scopes, acted.plan, acted.key_id) == (TELEGRAM_USER_SCOPES, "tiered", "key-1")
    assert acting(ada)(replace(BOT, scopes=frozenset({"act_as:telegram"})), 7).scopes == frozenset()


def test_a_bot_acts_for_nobody_else_and_others_for_nobody() -> None:
    with pytest.raises(NotFound):
        acting(TelegramIdentity(new_id(), 7))(BOT, 7)
    with pytest.raises(Forbidden):
        acting(TelegramIdentity(WORKSPACE_ID, 7))(PERSON, 7)


@pytest.mark.requirement("X-1", "S001-17")
def test_a_person_who_names_themselves_is_themselves_and_nobody_else() -> None:
    ada, bob = TelegramIdentity(WORKSPACE_ID, 7), TelegramIdentity(WORKSPACE_ID, 8)
    person = telegram_user(ada, "tiered")

    assert acting(ada, bob)(person, 7) == person
    with pytest.raises(Forbidden):
        acting(ada, bob)(person, 8)
    with pytest.raises(NotFound):
        acting()(person, 7)


def test_a_bots_request_needs_the_scope_that_the_person_would_need() -> None:
    weak = replace(BOT, scopes=frozenset({"act_as:telegram"}))

    with pytest.raises(Forbidden, match="generations:write"):
        acting(TelegramIdentity(WORKSPACE_ID, 7))(weak, 7, "generations:write")


@pytest.mark.requirement("X-1")
@pytest.mark.parametrize(
    ("header", "named", "differ"),
    [(None, TEAM, False), (TEAM, None, False), (TEAM.upper(), TEAM, False), (TEAM, WORKSPACE_ID, True)],
    ids=["no header", "no body", "the same", "different"],
)
def test_header_and_body_must_not_name_different_workspaces(
    header: str | None, named: str | None, *, differ: bool
) -> None:
    headers = {"x-workspace-id": header} if header else {}
    if not differ:
        identity.check_same_workspace(headers, named)
        return
    with pytest.raises(InvalidRequest, match="different workspaces"):
        identity.check_same_workspace(headers, named)
