"""Create workspaces and keys for operators, with scopes that people cannot grant themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from easel.clock import Clock
from easel.domain.access import BOT_SCOPES, PLATFORM_SCOPES, SCOPES_OF, Role
from easel.domain.credits import DEFAULT_PRIORITIES, MILLI, Grant, GrantKind
from easel.domain.identities import personal_workspace, user_of_token
from easel.domain.plans import DEFAULT_PLAN
from easel.errors import NotFound, StaleWrite
from easel.ids import new_id
from easel.services.accounts.ensure_user import EnsureUser
from easel.services.accounts.manage_api_keys import IssuedKey, issue
from easel.services.ports.accounts import ApiKeys, Membership, UserRecord, Users, WorkspaceRecord, Workspaces
from easel.services.ports.money import Ledger
from easel.services.ports.transactions import UnitOfWork, Write


class KeyKind(StrEnum):
    """Kinds of keys."""

    STANDARD = "standard"
    """With the scopes of a workspace's owner."""
    ADMIN = "admin"
    """The same, with the platform scopes."""
    BOT = "bot"
    """For a Telegram bot: to sync its users and act for them."""


_KEYS: Final[Mapping[KeyKind, tuple[Role, frozenset[str]]]] = {
    KeyKind.STANDARD: (Role.OWNER, SCOPES_OF[Role.OWNER]),
    KeyKind.ADMIN: (Role.OWNER, SCOPES_OF[Role.OWNER] | PLATFORM_SCOPES),
    KeyKind.BOT: (Role.SERVICE, BOT_SCOPES),
}


@dataclass(frozen=True, slots=True)
class Provisioned:
    """The ids, and the key if one was created: it is not shown again."""

    workspace_id: str
    user_id: str
    api_key: str | None
    created: bool = True


class ProvisionWorkspace:
    """Each of these is one transaction."""

    def __init__(
        self,
        *,
        users: Users,
        workspaces: Workspaces,
        api_keys: ApiKeys,
        ensure_user: EnsureUser,
        ledger: Ledger,
        unit_of_work: UnitOfWork,
        clock: Clock,
    ) -> None:
        self._users = users
        self._workspaces = workspaces
        self._api_keys = api_keys
        self._ensure_user = ensure_user
        self._ledger = ledger
        self._unit_of_work = unit_of_work
        self._clock = clock

    def __call__(
        self,
        *,
        workspace_name: str,
        owner_name: str,
        key_name: str,
        kind: KeyKind = KeyKind.STANDARD,
        credits: int = 0,
        plan: str = DEFAULT_PLAN,
    ) -> Provisioned:
        """Create a workspace with a new owner, a wallet and a key. `credits` are whole credits that do not expire."""
        now = self._clock()
        user = UserRecord(new_id(), now, name=owner_name)
        workspace = WorkspaceRecord(new_id(), workspace_name, now, plan)
        owner = Membership(workspace.workspace_id, user.user_id, Role.OWNER, now, plan)
        issued = self._issue(workspace.workspace_id, user.user_id, key_name, kind, plan)
        self._unit_of_work.commit(
            *self._users.adding(user),
            self._workspaces.adding(workspace),
            *self._workspaces.adding_member(owner),
            *self._api_keys.adding(issued.record),
            *self._opening(workspace.workspace_id, credits),
        )
        return Provisioned(workspace.workspace_id, user.user_id, issued.api_key)

    def for_person(
        self, *, issuer: str, subject: str, name: str | None = None, credits: int = 0, plan: str = DEFAULT_PLAN
    ) -> Provisioned:
        """Create the account of a person before their first sign-in, with more credits than a trial.

        An existing account is not changed; `created` tells.
        """
        user = UserRecord(user_of_token(issuer, subject), self._clock(), name=name)
        workspace_id = personal_workspace(user.user_id)
        try:
            self._unit_of_work.commit(
                *self._ensure_user.records(user, plan=plan), *self._opening(workspace_id, credits)
            )
        except StaleWrite:
            return Provisioned(workspace_id, user.user_id, None, created=False)
        return Provisioned(workspace_id, user.user_id, None)

    def another_key(self, *, workspace_id: str, user_id: str, key_name: str, kind: KeyKind) -> Provisioned:
        """Create a key for an existing workspace, owned by one of its members.

        Raises:
            NotFound: no such workspace, or no such member of it.
        """
        member = self._workspaces.membership(workspace_id, user_id)
        if member is None:
            raise NotFound(f"There is no member {user_id} in workspace {workspace_id}.")
        issued = self._issue(workspace_id, user_id, key_name, kind, member.plan)
        self._unit_of_work.commit(*self._api_keys.adding(issued.record))
        return Provisioned(workspace_id, user_id, issued.api_key)

    def _issue(self, workspace_id: str, user_id: str, name: str, kind: KeyKind, plan: str) -> IssuedKey:
        role, scopes = _KEYS[kind]
        return issue(
            self._api_keys,
            name=name,
            workspace_id=workspace_id,
            user_id=user_id,
            role=role,
            scopes=scopes,
            plan=plan,
            now=self._clock(),
        )

    def _opening(self, workspace_id: str, credits: int) -> list[Write]:
        grant = Grant(
            id=new_id(),
            kind=GrantKind.ADJUSTMENT,
            amount=credits * MILLI,
            priority=DEFAULT_PRIORITIES[GrantKind.ADJUSTMENT],
        )
        return list(self._ledger.opening(workspace_id, self._clock(), grant if credits else None))
