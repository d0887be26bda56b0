"""Cancelling generations."""

from easel.repositories.images.image_tasks import DynamoImageTasks
from easel.services.generations.cancel_generation import CancelGeneration
from easel.wiring.aws import aws_client, dynamodb
from easel.wiring.env import StateMachine
from easel.wiring.generations.close_generation import SettleEnv, close_generation
from easel.workflow.step_functions import StepFunctionsWorkflow


class CancelEnv(SettleEnv, StateMachine):
    """Environment of whatever cancels generations."""


def cancel_generation(env: CancelEnv) -> CancelGeneration:
    """End a generation on the caller's request."""
    workflow = StepFunctionsWorkflow(aws_client("stepfunctions"), env.STATE_MACHINE_ARN)
    tasks = DynamoImageTasks(dynamodb(), env.CORE_TABLE_NAME)
    return CancelGeneration(close=close_generation(env), tasks=tasks, workflow=workflow)
