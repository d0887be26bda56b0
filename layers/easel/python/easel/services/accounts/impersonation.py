"""Principals other than the caller's own: in another of their workspaces, or for a user of their bot.

The authorizer does this for requests with the header. Doors whose requests name a workspace or a Telegram id in the
body, the query or the path do it themselves.
"""

from __future__ import annotations

from dataclasses import replace

from easel.domain.access import ACT_AS_TELEGRAM, PLATFORM_SCOPES, TELEGRAM_USER_SCOPES, Role, scopes_of
from easel.domain.identities import TelegramIdentity
from easel.domain.request import Channel
from easel.errors import Forbidden, NotFound
from easel.services.accounts.principal import MINI_APP, Principal
from easel.services.ports.accounts import Membership, Users, Workspaces


class EnterWorkspace:
    """One read; none for the caller's current workspace."""

    def __init__(self, *, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    def __call__(self, principal: Principal, workspace_id: str) -> Principal:
        """The caller within this workspace. Raises NotFound without a membership."""
        if workspace_id == principal.workspace_id:
            return principal
        if not principal.may_change_workspace:
            raise no_workspace(workspace_id)
        return as_member(principal, workspace_id, self._workspaces.membership(workspace_id, principal.user_id))


class ImpersonateTelegramUser:
    """One read."""

    def __init__(self, *, users: Users) -> None:
        self._users = users

    def __call__(self, caller: Principal, telegram_id: int, scope: str | None = None) -> Principal:
        """The person for whom a request is executed that names them: by their bot, or by themselves.

        Raises:
            Forbidden: another user, without the scope to act for others, or without `scope`.
            NotFound: not a user of this bot.
        """
        identity = telegram_identity(caller, telegram_id)
        person = caller if caller.bot_workspace_id else acting_for(identity, caller)
        if scope is not None and scope not in person.scopes:
            raise Forbidden(f"This credential lacks the scope {scope}.")
        if not self._users.knows_telegram(identity):
            raise no_telegram_user(telegram_id)
        return person


def telegram_identity(caller: Principal, telegram_id: int) -> TelegramIdentity:
    """The person that a request names, if the caller is their bot or themselves.

    Raises:
        Forbidden: neither of them.
    """
    if caller.bot_workspace_id:
        own = TelegramIdentity(caller.bot_workspace_id, telegram_id)
        if own.user_id != caller.user_id:
            raise Forbidden("This request names another user than the one that it is sent for.")
        return own
    if ACT_AS_TELEGRAM not in caller.scopes:
        raise Forbidden(f"This credential lacks the scope {ACT_AS_TELEGRAM}.")
    return TelegramIdentity(caller.workspace_id, telegram_id)


def as_member(principal: Principal, workspace_id: str, membership: Membership | None) -> Principal:
    """A signed-in person within a workspace. They keep their platform scopes."""
    if membership is None:
        raise no_workspace(workspace_id)
    return replace(
        principal,
        workspace_id=workspace_id,
        roles=frozenset({membership.role}),
        scopes=scopes_of(membership.role) | principal.scopes & PLATFORM_SCOPES,
        plan=membership.plan,
    )


def acting_for(identity: TelegramIdentity, bot: Principal) -> Principal:
    """A bot's request for a person: with the person's wallet, and with no scope that the bot's key lacks."""
    person = telegram_user(identity, bot.plan)
    return replace(person, key_id=bot.key_id, scopes=person.scopes & bot.scopes, budget_keys=bot.budget_keys)


def telegram_user(identity: TelegramIdentity, plan: str) -> Principal:
    """The person themselves, in their own workspace."""
    return Principal(
        workspace_id=identity.workspace_id,
        user_id=identity.user_id,
        roles=frozenset({Role.OWNER.value}),
        scopes=TELEGRAM_USER_SCOPES,
        channel=Channel.TELEGRAM,
        key_id=MINI_APP,
        plan=plan,
        identities=identity.names,
        bot_workspace_id=identity.bot_workspace_id,
    )


def no_workspace(workspace_id: str) -> NotFound:
    """The same error as for a workspace that does not exist."""
    return NotFound(f"There is no workspace {workspace_id[:80]}.")


def no_telegram_user(telegram_id: object) -> NotFound:
    """The same error for another bot's user and for an unknown one."""
    return NotFound(f"There is no user telegram:{str(telegram_id)[:80]}.")
