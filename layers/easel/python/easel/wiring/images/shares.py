"""Links that show pictures to people without an account."""

from easel.clock import system_clock
from easel.repositories.accounts.rate_counters import DynamoRateCounters
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.generations.generations import DynamoGenerations
from easel.repositories.images.shares import DynamoShares
from easel.services.images.manage_shares import ManageShares
from easel.services.images.open_share import OpenShare
from easel.services.images.read_shares import ReadShares
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable, EphemeralTable


class OpenShareEnv(CoreTable, EphemeralTable):
    """What opening takes."""


def manage_shares(env: CoreTable) -> ManageShares:
    """Create and revoke links."""
    return ManageShares(
        generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME),
        shares=DynamoShares(dynamodb(), env.CORE_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        clock=system_clock,
    )


def read_shares(env: CoreTable) -> ReadShares:
    """List links."""
    return ReadShares(shares=DynamoShares(dynamodb(), env.CORE_TABLE_NAME))


def open_share(env: OpenShareEnv) -> OpenShare:
    """Show what a link shows."""
    return OpenShare(
        shares=DynamoShares(dynamodb(), env.CORE_TABLE_NAME),
        generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME),
        attempts=DynamoRateCounters(dynamodb(), env.EPHEMERAL_TABLE_NAME),
        clock=system_clock,
    )
