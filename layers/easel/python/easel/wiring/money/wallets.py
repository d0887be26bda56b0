"""Wallets."""

from datetime import timedelta

from easel.clock import system_clock
from easel.domain.credits import MILLI
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.money.ledger import DynamoLedger
from easel.services.accounts.open_account import OpenAccount, TrialOffer
from easel.services.money.expire_grants import ExpireGrants
from easel.services.money.read_wallet import ReadWallet
from easel.wiring.aws import dynamodb
from easel.wiring.env import LedgerTable, Wallets


def open_account(env: Wallets) -> OpenAccount:
    """Create the wallet of a new workspace, with its trial."""
    return OpenAccount(
        ledger=DynamoLedger(dynamodb(), env.LEDGER_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        trial=TrialOffer(env.TRIAL_CREDITS * MILLI, timedelta(days=env.TRIAL_DAYS)),
        clock=system_clock,
    )


def read_wallet(env: Wallets) -> ReadWallet:
    """Read balances and statements."""
    return ReadWallet(ledger=DynamoLedger(dynamodb(), env.LEDGER_TABLE_NAME), open_account=open_account(env))


def expire_grants(env: LedgerTable) -> ExpireGrants:
    """Take back the rest of grants that have expired."""
    return ExpireGrants(
        ledger=DynamoLedger(dynamodb(), env.LEDGER_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        clock=system_clock,
    )
