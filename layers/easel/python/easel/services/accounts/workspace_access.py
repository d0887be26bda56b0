"""Access checks shared by the use cases about workspaces and members.

For a caller without a membership a workspace does not exist. Signed-in people may name any of their workspaces; keys
and Mini App users have one.
"""

from __future__ import annotations

from easel.domain.access import Role, scopes_of
from easel.domain.identities import personal_workspace
from easel.errors import Forbidden
from easel.services.accounts.impersonation import no_workspace
from easel.services.accounts.principal import Principal
from easel.services.ports.accounts import WorkspaceRecord, Workspaces


def enter(workspaces: Workspaces, principal: Principal, workspace_id: str, scope: str) -> str:
    """The caller's role in a workspace. Raises NotFound; Forbidden without the scope there."""
    if workspace_id == principal.workspace_id:
        role, scopes = principal.role, principal.scopes
    elif not principal.may_change_workspace:
        raise no_workspace(workspace_id)
    else:
        role = _role_elsewhere(workspaces, principal, workspace_id)
        scopes = scopes_of(role)
    if scope not in scopes:
        raise Forbidden(f"This needs the scope {scope} in workspace {workspace_id}.")
    return role


def existing(workspaces: Workspaces, workspace_id: str) -> WorkspaceRecord:
    """The workspace. Raises NotFound."""
    workspace = workspaces.get(workspace_id)
    if workspace is None:
        raise no_workspace(workspace_id)
    return workspace


def _role_elsewhere(workspaces: Workspaces, principal: Principal, workspace_id: str) -> str:
    if workspace_id == personal_workspace(principal.user_id):
        return Role.OWNER
    membership = workspaces.membership(workspace_id, principal.user_id)
    if membership is None:
        raise no_workspace(workspace_id)
    return membership.role
