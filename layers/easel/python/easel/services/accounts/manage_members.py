"""Add members, change their role, remove them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from easel.clock import Clock
from easel.domain.access import WORKSPACE_ADMIN, WORKSPACE_READ, Role, may_appoint, scopes_of
from easel.errors import Conflict, Contended, Forbidden, NotFound, StaleWrite
from easel.services.accounts.principal import SIGNED_IN, Principal
from easel.services.accounts.standing import Standing
from easel.services.accounts.workspace_access import enter, existing
from easel.services.ports.accounts import ApiKeyRecord, ApiKeys, Membership, Users, Workspaces
from easel.services.ports.transactions import UnitOfWork, Write

_MAX_TRIES: Final = 5
_KEYS_PER_READ: Final = 100
_KEYS_PER_TRANSACTION: Final = 40
"""A key takes two writes, and a transaction at most a hundred."""


class ManageMembers:
    """Adds, changes and removes members. Only owners manage owners, and one always remains."""

    def __init__(
        self,
        *,
        workspaces: Workspaces,
        users: Users,
        api_keys: ApiKeys,
        standing: Standing,
        unit_of_work: UnitOfWork,
        clock: Clock,
    ) -> None:
        self._workspaces = workspaces
        self._users = users
        self._api_keys = api_keys
        self._standing = standing
        self._unit_of_work = unit_of_work
        self._clock = clock

    def add(self, principal: Principal, workspace_id: str, user_id: str, role: str) -> Membership:
        """Add a member.

        Raises:
            NotFound: no such workspace of the caller, or no such user.
            Forbidden: without the scope, or an owner added by a caller who is none.
            Conflict: they are a member already, or it is a personal workspace.
        """
        _check_appointment(self._enter(principal, workspace_id, WORKSPACE_ADMIN), role)
        workspace = existing(self._workspaces, workspace_id)
        if workspace.personal:
            raise Conflict("A personal workspace has no other members. Create a workspace for several people.")
        if user_id == principal.user_id:
            # The transaction checks the caller's membership, so it cannot write the same record.
            self._member(workspace_id, user_id)
            raise Conflict(f"User {user_id} belongs to this workspace already.")
        membership = Membership(workspace_id, user_id, role, self._clock(), workspace.plan)
        writes = [self._users.existing(user_id), *self._workspaces.adding_member(membership)]
        checks = self._standing(principal, workspace_id, WORKSPACE_ADMIN, as_owner=role == Role.OWNER)
        self._unit_of_work.commit(*checks, *writes, *self._owner_change(workspace_id, before=None, after=role))
        return membership

    def change_role(self, principal: Principal, workspace_id: str, user_id: str, role: str) -> Membership:
        """Change a member's role; personal keys with more scopes than the new role end.

        Raises:
            NotFound: no such workspace of the caller, or no such member.
            Forbidden: without the scope, or an owner changed by a caller who is none.
            LastOwner: the workspace would have no owner.
        """
        for _ in range(_MAX_TRIES):
            own = self._enter(principal, workspace_id, WORKSPACE_ADMIN)
            before = self._member(workspace_id, user_id)
            own = self._current_role(principal, before, own)
            _check_appointment(own, before.role)
            _check_appointment(own, role)
            if before.role == role:
                return before
            ending = self._personal_keys(before, new_role=role)
            try:
                self._unit_of_work.commit(
                    *self._caller_checks(principal, before, ending, as_owner=Role.OWNER in {before.role, role}),
                    *self._workspaces.changing_role(before, role),
                    *self._owner_change(workspace_id, before=before.role, after=role),
                    *self._revoking(ending),
                )
            except StaleWrite:
                continue
            return replace(before, role=role)
        raise _contended()

    def remove(self, principal: Principal, workspace_id: str, user_id: str) -> None:
        """Remove a member and their personal keys. Signed-in members may remove themselves.

        Raises:
            NotFound: no such workspace of the caller, or no such member.
            Forbidden: without the scope, or an owner removed by a caller who is none.
            LastOwner: the workspace would have no owner.
        """
        leaving = user_id == principal.user_id and principal.may_change_workspace
        for _ in range(_MAX_TRIES):
            own = self._enter(principal, workspace_id, WORKSPACE_READ if leaving else WORKSPACE_ADMIN)
            before = self._member(workspace_id, user_id)
            if not leaving:
                _check_appointment(own, before.role)
            ending = self._personal_keys(before, new_role=None)
            try:
                self._unit_of_work.commit(
                    *self._caller_checks(principal, before, ending, as_owner=before.role == Role.OWNER),
                    *self._workspaces.removing_member(before),
                    *self._owner_change(workspace_id, before=before.role, after=None),
                    *self._revoking(ending),
                )
            except StaleWrite:
                continue
            return
        raise _contended()

    def _enter(self, principal: Principal, workspace_id: str, scope: str) -> str:
        return enter(self._workspaces, principal, workspace_id, scope)

    def _member(self, workspace_id: str, user_id: str) -> Membership:
        membership = self._workspaces.membership(workspace_id, user_id)
        if membership is None:
            raise NotFound(f"There is no member {user_id} in this workspace.")
        return membership

    def _owner_change(self, workspace_id: str, *, before: str | None, after: str | None) -> list[Write]:
        change = (after == Role.OWNER) - (before == Role.OWNER)
        return [self._workspaces.counting_owners(workspace_id, change)] if change else []

    def _current_role(self, principal: Principal, target: Membership, role: str) -> str:
        """The caller's role: as just read when they change themselves, since the authorizer's may be stale."""
        themselves = principal.key_id == SIGNED_IN and target.user_id == principal.user_id
        return target.role if themselves else role

    def _caller_checks(
        self, principal: Principal, target: Membership, ending: Sequence[ApiKeyRecord], *, as_owner: bool
    ) -> list[Write]:
        """Checks of the caller, except on items that the transaction changes: it can name an item only once."""
        if principal.key_id == SIGNED_IN and target.user_id == principal.user_id:
            return []
        if principal.key_id in {record.key_id for record in ending}:
            return []
        return self._standing(principal, target.workspace_id, WORKSPACE_ADMIN, as_owner=as_owner)

    def _revoking(self, records: Sequence[ApiKeyRecord]) -> list[Write]:
        now = self._clock()
        return [write for record in records for write in self._api_keys.ending(record, revoked_at=now)]

    def _personal_keys(self, membership: Membership, *, new_role: str | None) -> list[ApiKeyRecord]:
        """The member's personal keys that have to end: those with more scopes than the new role.

        Raises:
            Conflict: more of them than fit into a transaction.
        """
        now = self._clock()
        after: str | None = None
        ending: list[ApiKeyRecord] = []
        while True:
            page = self._api_keys.list(membership.workspace_id, limit=_KEYS_PER_READ, after=after)
            after = page.next_after
            for record in page.items:
                theirs = record.user_id == membership.user_id and Role.SERVICE not in record.roles
                if theirs and record.is_good(now) and not _is_within(record, new_role):
                    ending.append(record)
            if after is None:
                break
        if len(ending) > _KEYS_PER_TRANSACTION:
            raise Conflict("They have too many keys here to be ended at once. Revoke some of them first.")
        return ending


def _check_appointment(own_role: str, role: str) -> None:
    if not may_appoint(own_role, role):
        raise Forbidden(f"As {own_role} you cannot give or take away the role {role}.")


def _contended() -> Contended:
    return Contended("The membership kept changing; nothing was written, please try again.")


def _is_within(record: ApiKeyRecord, role: str | None) -> bool:
    """Whether a key has no more rights than this role.

    A key that administers the workspace manages members with the role of its creation, so that role counts too.
    """
    if role is None or not record.scopes <= scopes_of(role):
        return False
    return WORKSPACE_ADMIN not in record.scopes or all(own == role or may_appoint(role, own) for own in record.roles)
