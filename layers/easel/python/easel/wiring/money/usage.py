"""Usage reports."""

from easel.clock import system_clock
from easel.repositories.money.usage import DynamoUsageCounters, DynamoUsageSummaries
from easel.services.money.read_usage import ReadUsage
from easel.wiring.aws import dynamodb
from easel.wiring.env import Accounts
from easel.wiring.money.wallets import read_wallet


def read_usage(env: Accounts) -> ReadUsage:
    """Read what was used and what is left."""
    return ReadUsage(
        reports=DynamoUsageSummaries(dynamodb(), env.CORE_TABLE_NAME),
        counters=DynamoUsageCounters(dynamodb(), env.CORE_TABLE_NAME),
        wallets=read_wallet(env),
        clock=system_clock,
    )
