"""Add members, change their role, remove them."""

from __future__ import annotations

from typing import Final

from easel.clock import Clock
from easel.domain.access import WORKSPACE_ADMIN, WORKSPACE_READ, Role, may_appoint, scopes_of
from easel.errors import Conflict, Forbidden, NotFound
from easel.services.accounts.principal import Principal
from easel.services.accounts.workspace_access import enter, existing
from easel.services.ports.accounts import ApiKeys, Membership, Users, Workspaces
from easel.services.ports.transactions import UnitOfWork, Write

_KEYS_PER_READ: Final = 100


_KEYS_PER_TRANSACTION: Final = 40
"""A key is two members, and a transaction takes a hundred."""


class ManageMembers:
    """Who comes in, as what, and who goes. Owners are made and unmade by owners, and one always stays."""

    def __init__(
        self, *, workspaces: Workspaces, users: Users, api_keys: ApiKeys, unit_of_work: UnitOfWork, clock: Clock
    ) -> None:
        self._workspaces = workspaces
        self._users = users
        self._api_keys = api_keys
        self._unit_of_work = unit_of_work
        self._clock = clock

    def add(self, principal: Principal, workspace_id: str, user_id: str, role: str) -> Membership:
        """Take somebody in.

        Raises:
            NotFound: no such workspace of the caller, or no such user.
            Forbidden: without the scope, or to make an owner without being one.
            Conflict: they belong to it already.
        """
        _check_appointment(self._enter(principal, workspace_id, WORKSPACE_ADMIN), role)
        workspace = existing(self._workspaces, workspace_id)
        membership = Membership(workspace_id, user_id, role, self._clock(), workspace.plan)
        writes = [self._users.existing(user_id), *self._workspaces.adding_member(membership)]
        self._unit_of_work.commit(*writes, *self._owner_change(workspace_id, before=None, after=role))
        return membership

    def change_role(self, principal: Principal, workspace_id: str, user_id: str, role: str) -> Membership:
        """Make a member something else; personal keys that may do more than the new role end with it.

        Raises:
            NotFound: no such workspace of the caller, or no such member.
            Forbidden: without the scope, or to make or unmake an owner without being one.
            LastOwner: it would be left without an owner.
        """
        own = self._enter(principal, workspace_id, WORKSPACE_ADMIN)
        before = self._member(workspace_id, user_id)
        _check_appointment(own, before.role)
        _check_appointment(own, role)
        if before.role != role:
            self._unit_of_work.commit(
                *self._workspaces.changing_role(before, role),
                *self._owner_change(workspace_id, before=before.role, after=role),
                *self._ending_keys(before, kept=scopes_of(role)),
            )
        return Membership(workspace_id, user_id, role, before.added_at, before.plan)

    def remove(self, principal: Principal, workspace_id: str, user_id: str) -> None:
        """Let somebody go, and their personal keys with them. Anybody who signed in may leave.

        Raises:
            NotFound: no such workspace of the caller, or no such member.
            Forbidden: without the scope, or to remove an owner without being one.
            LastOwner: it would be left without an owner.
        """
        leaving = user_id == principal.user_id and principal.may_change_workspace
        own = self._enter(principal, workspace_id, WORKSPACE_READ if leaving else WORKSPACE_ADMIN)
        before = self._member(workspace_id, user_id)
        if not leaving:
            _check_appointment(own, before.role)
        self._unit_of_work.commit(
            *self._workspaces.removing_member(before),
            *self._owner_change(workspace_id, before=before.role, after=None),
            *self._ending_keys(before, kept=None),
        )

    def _enter(self, principal: Principal, workspace_id: str, scope: str) -> str:
        return enter(self._workspaces, principal, workspace_id, scope)

    def _member(self, workspace_id: str, user_id: str) -> Membership:
        found = self._workspaces.membership(workspace_id, user_id)
        if found is None:
            raise NotFound(f"There is no member {user_id} in this workspace.")
        return found

    def _owner_change(self, workspace_id: str, *, before: str | None, after: str | None) -> list[Write]:
        change = (after == Role.OWNER) - (before == Role.OWNER)
        return [self._workspaces.counting_owners(workspace_id, change)] if change else []

    def _ending_keys(self, membership: Membership, *, kept: frozenset[str] | None) -> list[Write]:
        """End the personal keys of a member, but for those that stay within `kept`. Raises Conflict for too many."""
        now, after = self._clock(), None
        ending: list[Write] = []
        while True:
            found, after = self._api_keys.list(membership.workspace_id, limit=_KEYS_PER_READ, after=after)
            for record in found:
                theirs = record.user_id == membership.user_id and Role.SERVICE not in record.roles
                if theirs and record.is_good(now) and not (kept is not None and record.scopes <= kept):
                    ending += self._api_keys.ending(record, revoked_at=now)
            if after is None:
                break
        if len(ending) > 2 * _KEYS_PER_TRANSACTION:
            raise Conflict("They have too many keys here to be ended at once. Revoke some of them first.")
        return ending


def _check_appointment(own_role: str, role: str) -> None:
    if not may_appoint(own_role, role):
        raise Forbidden(f"As {own_role} you cannot give or take away the role {role}.")
