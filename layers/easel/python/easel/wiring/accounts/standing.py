"""The check of a caller's authority inside transactions."""

from easel.clock import system_clock
from easel.repositories.accounts.api_keys import DynamoApiKeys
from easel.repositories.accounts.workspaces import DynamoWorkspaces
from easel.services.accounts.standing import Standing
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable


def standing(env: CoreTable) -> Standing:
    """Make the conditions under which a caller may still do something."""
    return Standing(
        api_keys=DynamoApiKeys(dynamodb(), env.CORE_TABLE_NAME),
        workspaces=DynamoWorkspaces(dynamodb(), env.CORE_TABLE_NAME),
        clock=system_clock,
    )
