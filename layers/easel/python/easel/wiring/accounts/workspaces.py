"""Workspaces and their members."""

from easel.clock import system_clock
from easel.repositories.accounts.api_keys import DynamoApiKeys
from easel.repositories.accounts.users import DynamoUsers
from easel.repositories.accounts.workspaces import DynamoWorkspaces
from easel.repositories.dynamodb import DynamoTransactions
from easel.services.accounts.manage_members import ManageMembers
from easel.services.accounts.manage_workspaces import ManageWorkspaces
from easel.services.accounts.read_workspaces import ReadWorkspaces
from easel.wiring.accounts.standing import standing
from easel.wiring.accounts.users import ensure_user
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable


def read_workspaces(env: CoreTable) -> ReadWorkspaces:
    """Read the caller's workspaces and their members."""
    workspaces = DynamoWorkspaces(dynamodb(), env.CORE_TABLE_NAME)
    return ReadWorkspaces(workspaces=workspaces, ensure_user=ensure_user(env))


def manage_workspaces(env: CoreTable) -> ManageWorkspaces:
    """Create and rename workspaces."""
    return ManageWorkspaces(
        workspaces=DynamoWorkspaces(dynamodb(), env.CORE_TABLE_NAME),
        ensure_user=ensure_user(env),
        unit_of_work=DynamoTransactions(dynamodb()),
        standing=standing(env),
        clock=system_clock,
    )


def manage_members(env: CoreTable) -> ManageMembers:
    """Add, change and remove members of a workspace."""
    return ManageMembers(
        workspaces=DynamoWorkspaces(dynamodb(), env.CORE_TABLE_NAME),
        users=DynamoUsers(dynamodb(), env.CORE_TABLE_NAME),
        api_keys=DynamoApiKeys(dynamodb(), env.CORE_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        standing=standing(env),
        clock=system_clock,
    )
