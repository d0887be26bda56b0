"""Users of the system."""

from easel.clock import system_clock
from easel.repositories.accounts.users import DynamoUsers
from easel.repositories.accounts.workspaces import DynamoWorkspaces
from easel.repositories.dynamodb import DynamoTransactions
from easel.services.accounts.debug_users import ListUsers
from easel.services.accounts.ensure_user import EnsureUser
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable


def ensure_user(env: CoreTable) -> EnsureUser:
    """Create the records of a new user."""
    return EnsureUser(
        users=DynamoUsers(dynamodb(), env.CORE_TABLE_NAME),
        workspaces=DynamoWorkspaces(dynamodb(), env.CORE_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        clock=system_clock,
    )


def list_users(env: CoreTable) -> ListUsers:
    """List all users."""
    return ListUsers(users=DynamoUsers(dynamodb(), env.CORE_TABLE_NAME))
