"""Authorization: the one table of scopes, and the scopes of each role.

A scope is what a route requires. A role of a person or key within a workspace is a set of scopes.
Platform scopes belong to no role: an operator grants them to a key, or an identity provider's group does.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

GENERATIONS_READ: Final = "generations:read"
GENERATIONS_WRITE: Final = "generations:write"
WALLET_READ: Final = "wallet:read"
WORKSPACE_READ: Final = "workspace:read"
WORKSPACE_ADMIN: Final = "workspace:admin"
KEYS_WRITE: Final = "keys:write"
USERS_SYNC: Final = "users:sync"
ACT_AS_TELEGRAM: Final = "act_as:telegram"
USERS_GRANT: Final = "users:grant"
WALLET_GRANT: Final = "wallet:grant"
DEBUG_READ: Final = "debug:read"
GALLERY_MODERATE: Final = "gallery:moderate"

PLATFORM_SCOPES: Final = frozenset(
    {WALLET_GRANT, DEBUG_READ, GALLERY_MODERATE, USERS_SYNC, USERS_GRANT, ACT_AS_TELEGRAM}
)
"""They reach beyond one workspace, so owning a workspace does not grant them.

A bot's scopes are among them because every user that a bot syncs gets a trial, and because it tops up its users.
"""


class Role(StrEnum):
    """Roles within a workspace."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"
    SERVICE = "service"
    """A machine: a key that acts for the workspace, not for a person."""


_USE: Final = frozenset({GENERATIONS_READ, GENERATIONS_WRITE, WALLET_READ, WORKSPACE_READ})
_MANAGE: Final = frozenset({WORKSPACE_ADMIN, KEYS_WRITE})

SCOPES_OF: Final[Mapping[str, frozenset[str]]] = {
    Role.OWNER: _USE | _MANAGE,
    Role.ADMIN: _USE | _MANAGE,
    Role.MEMBER: _USE,
    Role.SERVICE: _USE,
}

TELEGRAM_USER_SCOPES: Final = _USE
"""Scopes of a Telegram user, in a Mini App or through a bot that acts for them."""
BOT_SCOPES: Final = _USE | {USERS_SYNC, USERS_GRANT, ACT_AS_TELEGRAM}
"""Scopes of a bot's key: to sync its users, to top them up, and to act for them."""
DEFAULT_KEY_SCOPES: Final = frozenset({GENERATIONS_READ, GENERATIONS_WRITE, WALLET_READ})

ALL_SCOPES: Final = frozenset().union(*SCOPES_OF.values()) | PLATFORM_SCOPES

MEMBER_ROLES: Final = (Role.OWNER, Role.ADMIN, Role.MEMBER)
"""The roles of people."""


def scopes_of(role: str) -> frozenset[str]:
    """The scopes of a role; none for an unknown role."""
    return SCOPES_OF.get(role, frozenset())


def may_appoint(own_role: str, other_role: str) -> bool:
    """Whether `own_role` may grant, change or remove `other_role`: only owners manage owners."""
    if own_role == Role.OWNER:
        return True
    return own_role == Role.ADMIN and other_role != Role.OWNER
