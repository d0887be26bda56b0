"""The repair of generations and events that were left behind."""

from easel.clock import system_clock
from easel.repositories.delivery.outbox import DynamoOutbox
from easel.repositories.generations.generations import DynamoGenerations
from easel.services.generations.sweep_generations import SweepGenerations
from easel.wiring.aws import aws_client, dynamodb
from easel.wiring.env import GenerationsQueue, StateMachine
from easel.wiring.generations.close_generation import SettleEnv, settle_generation
from easel.wiring.money.wallets import expire_grants
from easel.wiring.publish_events import PublishEnv, publish_events
from easel.workflow.queues import SqsGenerationQueue
from easel.workflow.step_functions import StepFunctionsWorkflow


class SweepEnv(GenerationsQueue, SettleEnv, StateMachine, PublishEnv):
    """Environment of the sweep."""


def sweep_generations(env: SweepEnv) -> SweepGenerations:
    """Requeue or settle generations that are stuck, publish waiting events, expire grants."""
    return SweepGenerations(
        generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME),
        queue=SqsGenerationQueue(aws_client("sqs"), env.GENERATIONS_QUEUE_URL),
        settle=settle_generation(env),
        workflow=StepFunctionsWorkflow(aws_client("stepfunctions"), env.STATE_MACHINE_ARN),
        events=DynamoOutbox(dynamodb(), env.CORE_TABLE_NAME),
        publish=publish_events(env),
        expire_grants=expire_grants(env),
        clock=system_clock,
    )
