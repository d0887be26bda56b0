"""The end of generations."""

from easel.clock import system_clock
from easel.domain.events import Event, generation_ended
from easel.domain.generation import Generation
from easel.domain.image import Image
from easel.repositories.delivery.outbox import DynamoOutbox
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.generations.generations import DynamoGenerations
from easel.repositories.images.image_tasks import DynamoImageTasks
from easel.repositories.money.budgets import DynamoBudgets
from easel.repositories.money.ledger import DynamoLedger
from easel.repositories.money.usage import DynamoUsageCounters, DynamoUsageSummaries
from easel.services.generations.close_generation import CloseGeneration
from easel.services.generations.settle_generation import SettleGeneration
from easel.services.images.links import permalink
from easel.wiring.aws import dynamodb
from easel.wiring.env import Money, PublicAddress


class SettleEnv(Money, PublicAddress):
    """Environment of whatever ends generations."""


def settle_generation(env: SettleEnv) -> SettleGeneration:
    """End a generation by the results of its images."""
    return SettleGeneration(close=close_generation(env), tasks=DynamoImageTasks(dynamodb(), env.CORE_TABLE_NAME))


def close_generation(env: SettleEnv) -> CloseGeneration:
    """End a generation: status, money, counters and event in one transaction."""

    def permalink_of(generation: Generation, image: Image) -> str:
        return permalink(env.PUBLIC_BASE_URL, generation.workspace_id, image.id, generation.permalink_secret)

    def describe_end(generation: Generation) -> Event:
        return generation_ended(generation, permalink_of)

    return CloseGeneration(
        generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME),
        outbox=DynamoOutbox(dynamodb(), env.CORE_TABLE_NAME),
        ledger=DynamoLedger(dynamodb(), env.LEDGER_TABLE_NAME),
        budgets=DynamoBudgets(dynamodb(), env.LEDGER_TABLE_NAME),
        usage=DynamoUsageCounters(dynamodb(), env.CORE_TABLE_NAME),
        summaries=DynamoUsageSummaries(dynamodb(), env.CORE_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        describe_end=describe_end,
        clock=system_clock,
    )
