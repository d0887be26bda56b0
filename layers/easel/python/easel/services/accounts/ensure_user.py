"""Create the records of a user on first use. Their ids are derived from the external identity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from easel.clock import Clock
from easel.domain.access import Role
from easel.domain.identities import TelegramIdentity, TelegramProfile, names_of, personal_workspace, user_among
from easel.domain.plans import DEFAULT_PLAN
from easel.errors import StaleWrite
from easel.services.accounts.principal import Principal
from easel.services.ports.accounts import Membership, UserRecord, Users, WorkspaceRecord, Workspaces
from easel.services.ports.transactions import UnitOfWork, Write

PERSONAL_WORKSPACE_NAME: Final = "Personal"


class EnsureUser:
    """Creates user, personal workspace and membership. Idempotent, also when called concurrently."""

    def __init__(self, *, users: Users, workspaces: Workspaces, unit_of_work: UnitOfWork, clock: Clock) -> None:
        self._users = users
        self._workspaces = workspaces
        self._unit_of_work = unit_of_work
        self._clock = clock

    def __call__(self, principal: Principal) -> UserRecord | None:
        """The caller's record, created if necessary. None for a key whose owner never signed in."""
        user = self._users.get(principal.user_id)
        if user is not None or not principal.may_change_workspace:
            return user
        return self.of_user(principal.user_id)

    def of_user(self, user_id: str) -> UserRecord:
        """The record of a user of an identity provider."""
        user = UserRecord(user_id, self._clock())
        try:
            self._unit_of_work.commit(*self.records(user))
        except StaleWrite:
            return self._users.get(user_id) or user
        return user

    def of_telegram(self, identity: TelegramIdentity, profile: TelegramProfile, plan: str) -> UserRecord | None:
        """The record of a bot's user; None when it exists already."""
        user = UserRecord(identity.user_id, self._clock(), profile=profile)
        known = self._users.adding_telegram(identity, user.created_at)
        try:
            self._unit_of_work.commit(*self.records(user, plan=plan), known)
        except StaleWrite:
            return None
        return user

    def records(self, user: UserRecord, *, plan: str = DEFAULT_PLAN) -> list[Write]:
        """All records of a new user. Conflict: StaleWrite, when they exist."""
        workspace_id = personal_workspace(user.user_id)
        workspace = WorkspaceRecord(workspace_id, PERSONAL_WORKSPACE_NAME, user.created_at, plan, personal=True)
        membership = Membership(workspace_id, user.user_id, Role.OWNER, user.created_at, plan)
        return [
            *self._users.adding(user),
            self._workspaces.adding(workspace),
            *self._workspaces.adding_member(membership),
        ]


class EnsureAccount:
    """Creates the user before the wallet: an existing wallet means that all records exist."""

    def __init__(self, *, ensure_user: EnsureUser, open_account: Callable[[str, tuple[str, ...]], None]) -> None:
        self._ensure_user = ensure_user
        self._open_account = open_account

    def __call__(self, workspace_id: str, identities: tuple[str, ...]) -> None:
        """As `OpenAccount`, which it calls."""
        user_id = user_among(identities)
        # Users of a bot have their records already: they are created before the bot can act for them.
        signed_in = user_id is not None and identities == names_of(user_id)
        if user_id is not None and signed_in and workspace_id == personal_workspace(user_id):
            self._ensure_user.of_user(user_id)
        self._open_account(workspace_id, identities)
