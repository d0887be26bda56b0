"""Lists of generations with totals."""

from easel.repositories.generations.generations import DynamoGenerations
from easel.repositories.money.usage import DynamoUsageCounters
from easel.services.generations.list_with_total import ListWithTotal
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable


def list_with_total(env: CoreTable) -> ListWithTotal:
    """List generations of a workspace, and say how many there are."""
    return ListWithTotal(
        generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME),
        counts=DynamoUsageCounters(dynamodb(), env.CORE_TABLE_NAME),
    )
