"""The authenticated caller."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from easel.domain.access import ACT_AS_TELEGRAM, DEBUG_READ, WALLET_GRANT, Role
from easel.domain.plans import DEFAULT_PLAN
from easel.domain.request import Channel

SIGNED_IN: Final = "signed-in"
"""The key id of callers with an identity provider's token."""
MINI_APP: Final = "mini-app"
"""The key id of callers from a Telegram Mini App."""
TELEGRAM_BOT: Final = "telegram-bot"
"""The key id of a bot that sends the key derived from its token."""


class CredentialKind(StrEnum):
    """How a credential was sent."""

    BEARER = "bearer"
    INTERNAL_KEY = "internal-key"
    """`X-Internal-Api-Key`: an API key, or the one that a bot derives from its token."""
    INIT_DATA = "init-data"
    """`X-Telegram-Init-Data`: what Telegram signed for a Mini App."""


@dataclass(frozen=True, slots=True)
class Credential:
    """The credential of a request: token, requested workspace, and the person it acts for.

    `workspace_id` None means the caller's own, `act_as` None the caller themselves.
    """

    token: str
    workspace_id: str | None = None
    act_as: str | None = None
    kind: CredentialKind = CredentialKind.BEARER


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
    """All identities of the person (`user:<id>`, `telegram:<id>`), for what is given once per person."""
    budget_keys: tuple[str, ...] = ()
    """Ids of the keys whose budgets limit it; empty for callers without a key."""
    bot_workspace_id: str | None = None
    """The workspace of the bot that brought this person; None for all others, the bot itself included."""

    @property
    def is_bot(self) -> bool:
        """Whether this is a bot itself, not a person for whom it acts. A bot has no purse: people pay."""
        return Role.SERVICE in self.roles and ACT_AS_TELEGRAM in self.scopes

    @property
    def role(self) -> str:
        """The role in the workspace."""
        return min(self.roles, default="member")

    @property
    def sees_provider_costs(self) -> bool:
        """Whether what providers take is shown to them: to owners of the workspace and to operators.

        People whom a bot brings own their personal workspace, but what their pictures cost is the bot's affair.
        """
        if self.scopes & {WALLET_GRANT, DEBUG_READ}:
            return True
        return Role.OWNER in self.roles and self.channel is not Channel.TELEGRAM

    @property
    def sees_costs_in_studio(self) -> bool:
        """Whether the studio shows what images cost: to every member, as seed 003 wants, but not to a bot's people."""
        return self.sees_provider_costs or self.channel is not Channel.TELEGRAM

    @property
    def may_change_workspace(self) -> bool:
        """Whether they may choose among their workspaces. Keys and Mini App users have one."""
        return self.key_id == SIGNED_IN
