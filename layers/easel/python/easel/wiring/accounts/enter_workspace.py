"""The workspace that a request names in its body."""

from easel.repositories.accounts.workspaces import DynamoWorkspaces
from easel.services.accounts.impersonation import EnterWorkspace
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable


def enter_workspace(env: CoreTable) -> EnterWorkspace:
    """The caller within another of their workspaces."""
    return EnterWorkspace(workspaces=DynamoWorkspaces(dynamodb(), env.CORE_TABLE_NAME))
