"""API keys of a workspace."""

from easel.clock import system_clock
from easel.repositories.accounts.api_keys import DynamoApiKeys
from easel.repositories.accounts.workspaces import DynamoWorkspaces
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.money.budgets import DynamoBudgets
from easel.services.accounts.manage_api_keys import ManageApiKeys
from easel.services.accounts.read_api_keys import ReadApiKeys
from easel.wiring.accounts.standing import standing
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable, Money


def read_api_keys(env: CoreTable) -> ReadApiKeys:
    """List keys."""
    return ReadApiKeys(api_keys=DynamoApiKeys(dynamodb(), env.CORE_TABLE_NAME))


def manage_api_keys(env: Money) -> ManageApiKeys:
    """Create, revoke and rotate keys."""
    return ManageApiKeys(
        api_keys=DynamoApiKeys(dynamodb(), env.CORE_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        workspaces=DynamoWorkspaces(dynamodb(), env.CORE_TABLE_NAME),
        budgets=DynamoBudgets(dynamodb(), env.LEDGER_TABLE_NAME),
        standing=standing(env),
        clock=system_clock,
    )
