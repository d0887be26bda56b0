"""Telegram users whom a bot brings."""

from easel.clock import system_clock
from easel.repositories.accounts.users import DynamoUsers
from easel.repositories.money.ledger import DynamoLedger
from easel.services.accounts.read_users import ReadUsers
from easel.services.accounts.sync_users import SyncUsers
from easel.wiring.accounts.users import ensure_user
from easel.wiring.aws import dynamodb
from easel.wiring.env import Accounts, OpenDoors
from easel.wiring.money.wallets import open_account


class ReadUsersEnv(Accounts, OpenDoors):
    """Environment of functions that read them, at addresses of two doors."""


def sync_users(env: Accounts) -> SyncUsers:
    """Create and update Telegram users."""
    return SyncUsers(
        users=DynamoUsers(dynamodb(), env.CORE_TABLE_NAME),
        ensure_user=ensure_user(env),
        read_users=read_users(env),
        clock=system_clock,
    )


def read_users(env: Accounts) -> ReadUsers:
    """Read the wallet and the trial of Telegram users."""
    return ReadUsers(
        users=DynamoUsers(dynamodb(), env.CORE_TABLE_NAME),
        open_account=open_account(env),
        ledger=DynamoLedger(dynamodb(), env.LEDGER_TABLE_NAME),
        clock=system_clock,
    )
