"""Workspaces and keys that an operator creates."""

from easel.clock import system_clock
from easel.repositories.accounts.api_keys import DynamoApiKeys
from easel.repositories.accounts.users import DynamoUsers
from easel.repositories.accounts.workspaces import DynamoWorkspaces
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.money.ledger import DynamoLedger
from easel.services.accounts.provision_workspace import ProvisionWorkspace
from easel.wiring.accounts.users import ensure_user
from easel.wiring.aws import dynamodb
from easel.wiring.env import Money


def provision_workspace(env: Money) -> ProvisionWorkspace:
    """Create a workspace with its owner, first key and credits."""
    return ProvisionWorkspace(
        users=DynamoUsers(dynamodb(), env.CORE_TABLE_NAME),
        workspaces=DynamoWorkspaces(dynamodb(), env.CORE_TABLE_NAME),
        api_keys=DynamoApiKeys(dynamodb(), env.CORE_TABLE_NAME),
        ensure_user=ensure_user(env),
        ledger=DynamoLedger(dynamodb(), env.LEDGER_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        clock=system_clock,
    )
