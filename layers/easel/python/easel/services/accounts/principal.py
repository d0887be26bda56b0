"""Who is calling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from easel.domain.plans import DEFAULT_PLAN
from easel.domain.request import Channel

SIGNED_IN: Final = "signed-in"
"""Stands for the key of a person who came with an identity provider's token."""
MINI_APP: Final = "mini-app"
"""Stands for the key of a person who came through a Telegram Mini App."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request brings: the token, the workspace it wants to act in, and whom it acts for.

    `workspace_id` is None for the caller's own, `act_as` for the caller themselves.
    """

    token: str
    workspace_id: str | None = None
    act_as: str | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller, acting within one workspace."""

    workspace_id: str
    user_id: str
    roles: frozenset[str]
    scopes: frozenset[str]
    channel: Channel
    key_id: str
    plan: str = DEFAULT_PLAN
    identities: tuple[str, ...] = ()
    """All names of the person behind it (`user:<id>`, `telegram:<id>`), for what is given once per person."""
    budget_keys: tuple[str, ...] = ()
    """Ids of the keys whose budgets limit what it spends; none for people who came without a key."""

    @property
    def role(self) -> str:
        """What they are in their workspace."""
        return min(self.roles, default="member")

    @property
    def may_change_workspace(self) -> bool:
        """Whether they may go wherever they are a member. Keys and Mini App users stay where they are."""
        return self.key_id == SIGNED_IN
