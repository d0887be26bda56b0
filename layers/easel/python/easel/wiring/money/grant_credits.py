"""Grants of credits."""

from easel.clock import system_clock
from easel.repositories.accounts.workspaces import DynamoWorkspaces
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.money.ledger import DynamoLedger
from easel.services.money.grant_credits import GrantCredits
from easel.wiring.accounts.standing import standing
from easel.wiring.aws import dynamodb
from easel.wiring.env import Accounts
from easel.wiring.money.wallets import open_account


def grant_credits(env: Accounts) -> GrantCredits:
    """Add or deduct credits."""
    return GrantCredits(
        ledger=DynamoLedger(dynamodb(), env.LEDGER_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        open_account=open_account(env),
        standing=standing(env),
        workspaces=DynamoWorkspaces(dynamodb(), env.CORE_TABLE_NAME),
        clock=system_clock,
    )
