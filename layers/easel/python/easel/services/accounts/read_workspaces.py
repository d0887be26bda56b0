"""Read workspaces and their members."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from easel.domain.access import WORKSPACE_READ
from easel.domain.identities import personal_workspace
from easel.services.accounts.ensure_user import EnsureUser
from easel.services.accounts.principal import Principal
from easel.services.accounts.workspace_access import enter, existing
from easel.services.ports.accounts import Membership, UserRecord, WorkspaceRecord, Workspaces
from easel.services.ports.pages import Page

_FIRST_PAGE: Final = 100


class ReadWorkspaces:
    """Reads within the caller's workspaces. A person's records are created by their first `me`."""

    def __init__(self, *, workspaces: Workspaces, ensure_user: EnsureUser) -> None:
        self._workspaces = workspaces
        self._ensure_user = ensure_user

    def about(self, principal: Principal) -> tuple[UserRecord | None, Sequence[tuple[WorkspaceRecord, str]]]:
        """The caller's record, and the first of their workspaces."""
        user = self._ensure_user(principal)
        return user, self._of_caller(principal, limit=_FIRST_PAGE, after=None).items

    def of_caller(self, principal: Principal, *, limit: int, after: str | None) -> Page[tuple[WorkspaceRecord, str]]:
        """The workspaces that the caller may act in, each with their role there."""
        self._ensure_user(principal)
        return self._of_caller(principal, limit=limit, after=after)

    def get(self, principal: Principal, workspace_id: str) -> tuple[WorkspaceRecord, str]:
        """One workspace, with the caller's role. Raises NotFound, Forbidden."""
        if workspace_id == personal_workspace(principal.user_id):
            self._ensure_user(principal)
        role = enter(self._workspaces, principal, workspace_id, WORKSPACE_READ)
        return existing(self._workspaces, workspace_id), role

    def members(self, principal: Principal, workspace_id: str, *, limit: int, after: str | None) -> Page[Membership]:
        """Its members. Raises NotFound, Forbidden."""
        enter(self._workspaces, principal, workspace_id, WORKSPACE_READ)
        return self._workspaces.members(workspace_id, limit=limit, after=after)

    def _of_caller(self, principal: Principal, *, limit: int, after: str | None) -> Page[tuple[WorkspaceRecord, str]]:
        if principal.may_change_workspace:
            return self._workspaces.of_user(principal.user_id, limit=limit, after=after)
        own = self._workspaces.get(principal.workspace_id)
        return Page.of([(own, principal.role)] if own else [], lambda entry: entry[0].workspace_id, more=False)
