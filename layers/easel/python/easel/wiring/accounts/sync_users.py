"""Telegram users whom a bot brings."""

from easel.clock import system_clock
from easel.repositories.accounts.users import DynamoUsers
from easel.repositories.money.ledger import DynamoLedger
from easel.services.accounts.sync_users import TelegramUsers
from easel.wiring.accounts.users import ensure_user
from easel.wiring.aws import dynamodb
from easel.wiring.env import Accounts
from easel.wiring.money.wallets import open_account


def telegram_users(env: Accounts) -> TelegramUsers:
    """Create and update Telegram users, read their balance and trial."""
    return TelegramUsers(
        users=DynamoUsers(dynamodb(), env.CORE_TABLE_NAME),
        ensure_user=ensure_user(env),
        open_account=open_account(env),
        ledger=DynamoLedger(dynamodb(), env.LEDGER_TABLE_NAME),
        clock=system_clock,
    )
