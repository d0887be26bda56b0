"""Payments of a bot's users, and what they spend."""

from easel.clock import system_clock
from easel.domain.stars import StarsOffer
from easel.repositories.accounts.users import DynamoUsers
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.money.charges import DynamoCharges
from easel.repositories.money.ledger import DynamoLedger
from easel.services.money.read_spend import ReadSpend
from easel.services.money.top_up_users import TopUpUsers
from easel.wiring.accounts.standing import standing
from easel.wiring.aws import dynamodb
from easel.wiring.env import Accounts, Money, Stars
from easel.wiring.money.wallets import open_account


def top_up_users(env: Accounts) -> TopUpUsers:
    """Give users the credits of their payments, and take them back."""
    return TopUpUsers(
        users=DynamoUsers(dynamodb(), env.CORE_TABLE_NAME),
        charges=DynamoCharges(dynamodb(), env.CORE_TABLE_NAME),
        ledger=DynamoLedger(dynamodb(), env.LEDGER_TABLE_NAME),
        open_account=open_account(env),
        standing=standing(env),
        unit_of_work=DynamoTransactions(dynamodb()),
        clock=system_clock,
    )


def read_spend(env: Money) -> ReadSpend:
    """What the users of a bot have spent."""
    return ReadSpend(
        users=DynamoUsers(dynamodb(), env.CORE_TABLE_NAME), wallets=DynamoLedger(dynamodb(), env.LEDGER_TABLE_NAME)
    )


def stars_offer(env: Stars) -> StarsOffer:
    """What Stars buy here."""
    return StarsOffer.of(env.STARS_RATE, env.STARS_MINIMUM)
