"""A workspace's choice to reuse results."""

from easel.clock import system_clock
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.generations.result_cache import DynamoResultCache
from easel.services.generations.manage_result_cache import ManageResultCache
from easel.wiring.accounts.standing import standing
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable


def manage_result_cache(env: CoreTable) -> ManageResultCache:
    """Read and replace the choice."""
    return ManageResultCache(
        policies=DynamoResultCache(dynamodb(), env.CORE_TABLE_NAME),
        standing=standing(env),
        unit_of_work=DynamoTransactions(dynamodb()),
        clock=system_clock,
    )
