"""Monthly budgets."""

from easel.clock import system_clock
from easel.repositories.accounts.api_keys import DynamoApiKeys
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.money.budgets import DynamoBudgets
from easel.services.money.read_budgets import ReadBudgets
from easel.services.money.set_budgets import SetBudgets
from easel.wiring.accounts.standing import standing
from easel.wiring.aws import dynamodb
from easel.wiring.env import Accounts, Money
from easel.wiring.money.wallets import open_account


def read_budgets(env: Money) -> ReadBudgets:
    """Read the budgets of a workspace and its keys."""
    return ReadBudgets(
        budgets=DynamoBudgets(dynamodb(), env.LEDGER_TABLE_NAME),
        find_key=DynamoApiKeys(dynamodb(), env.CORE_TABLE_NAME).get,
        clock=system_clock,
    )


def set_budgets(env: Accounts) -> SetBudgets:
    """Set and remove them."""
    return SetBudgets(
        budgets=DynamoBudgets(dynamodb(), env.LEDGER_TABLE_NAME),
        find_key=DynamoApiKeys(dynamodb(), env.CORE_TABLE_NAME).get,
        standing=standing(env),
        open_account=open_account(env),
        unit_of_work=DynamoTransactions(dynamodb()),
        clock=system_clock,
    )
