"""Roles are sets of scopes, and nobody climbs by appointing others."""

from __future__ import annotations

import pytest

from easel.domain.access import (
    ALL_SCOPES,
    BOT_SCOPES,
    DEFAULT_KEY_SCOPES,
    MEMBER_ROLES,
    PLATFORM_SCOPES,
    SCOPES_OF,
    TELEGRAM_USER_SCOPES,
    Role,
    may_appoint,
    scopes_of,
)


@pytest.mark.requirement("S000-60")
def test_the_table_of_roles() -> None:
    use = {"generations:read", "generations:write", "wallet:read", "workspace:read"}
    manage = use | {"workspace:admin", "keys:write"}
    assert {"owner": manage, "admin": manage, "member": use, "service": use} == SCOPES_OF
    assert {
        *("wallet:grant", "debug:read", "gallery:moderate", "users:sync", "users:grant", "act_as:telegram")
    } == PLATFORM_SCOPES
    assert manage | PLATFORM_SCOPES == ALL_SCOPES


def test_no_role_reaches_beyond_its_workspace() -> None:
    for role in Role:
        assert not scopes_of(role) & PLATFORM_SCOPES


def test_what_people_and_bots_get_is_within_what_there_is() -> None:
    assert SCOPES_OF[Role.OWNER] >= TELEGRAM_USER_SCOPES
    assert {"users:sync", "users:grant", "act_as:telegram"} == BOT_SCOPES - TELEGRAM_USER_SCOPES
    assert SCOPES_OF[Role.MEMBER] >= DEFAULT_KEY_SCOPES


def test_a_role_that_is_not_known_may_do_nothing() -> None:
    assert scopes_of("emperor") == frozenset()
    assert scopes_of("") == frozenset()


@pytest.mark.parametrize("own", list(Role))
@pytest.mark.parametrize("other", MEMBER_ROLES)
def test_only_owners_touch_owners_and_only_admins_touch_anybody(own: Role, other: Role) -> None:
    allowed = own is Role.OWNER or (own is Role.ADMIN and other is not Role.OWNER)
    assert may_appoint(own, other) is allowed
