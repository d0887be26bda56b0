"""The end of generations: settled or cancelled."""

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
from easel.services.generations.cancel_generation import CancelGeneration
from easel.services.generations.close_generation import CloseGeneration
from easel.services.generations.settle_generation import SettleGeneration
from easel.services.images.links import permalink
from easel.wiring.aws import aws_client, dynamodb
from easel.wiring.env import Money, PublicAddress, StateMachine
from easel.workflow.step_functions import StepFunctionsWorkflow


class SettleEnv(Money, PublicAddress):
    """Environment of whatever ends generations."""


class CancelEnv(SettleEnv, StateMachine):
    """Environment of whatever cancels generations."""


def settle_generation(env: SettleEnv) -> SettleGeneration:
    """End a generation by the results of its images."""
    return SettleGeneration(close=_close_generation(env), tasks=DynamoImageTasks(dynamodb(), env.CORE_TABLE_NAME))


def cancel_generation(env: CancelEnv) -> CancelGeneration:
    """End a generation on the caller's request."""
    workflow = StepFunctionsWorkflow(aws_client("stepfunctions"), env.STATE_MACHINE_ARN)
    return CancelGeneration(close=_close_generation(env), workflow=workflow)


def _close_generation(env: SettleEnv) -> CloseGeneration:
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
