"""Create and rename workspaces."""

from __future__ import annotations

from easel.clock import Clock
from easel.domain.access import WORKSPACE_ADMIN, Role
from easel.domain.plans import DEFAULT_PLAN
from easel.errors import Forbidden
from easel.ids import new_id
from easel.services.accounts.ensure_user import EnsureUser
from easel.services.accounts.principal import Principal
from easel.services.accounts.standing import Standing
from easel.services.accounts.workspace_access import enter, existing
from easel.services.ports.accounts import Membership, WorkspaceRecord, Workspaces
from easel.services.ports.transactions import UnitOfWork


class ManageWorkspaces:
    """Creates and renames workspaces."""

    def __init__(
        self,
        *,
        workspaces: Workspaces,
        ensure_user: EnsureUser,
        standing: Standing,
        unit_of_work: UnitOfWork,
        clock: Clock,
    ) -> None:
        self._workspaces = workspaces
        self._ensure_user = ensure_user
        self._standing = standing
        self._unit_of_work = unit_of_work
        self._clock = clock

    def create(self, principal: Principal, name: str) -> WorkspaceRecord:
        """Create a workspace, owned by the caller.

        Raises:
            Forbidden: the caller is a key; keys have one workspace.
        """
        if not principal.may_change_workspace:
            raise Forbidden("Workspaces are made by people who signed in, not by keys.")
        self._ensure_user(principal)
        now = self._clock()
        workspace = WorkspaceRecord(new_id(), name, now, DEFAULT_PLAN)
        owner = Membership(workspace.workspace_id, principal.user_id, Role.OWNER, now, workspace.plan)
        self._unit_of_work.commit(self._workspaces.adding(workspace), *self._workspaces.adding_member(owner))
        return workspace

    def rename(self, principal: Principal, workspace_id: str, name: str) -> tuple[WorkspaceRecord, str]:
        """Rename a workspace. Raises NotFound, Forbidden."""
        role = enter(self._workspaces, principal, workspace_id, WORKSPACE_ADMIN)
        checks = self._standing(principal, workspace_id, WORKSPACE_ADMIN)
        self._unit_of_work.commit(*checks, self._workspaces.renaming(workspace_id, name))
        return existing(self._workspaces, workspace_id), role
