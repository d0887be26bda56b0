"""Ending stuck generations."""

from easel.repositories.images.image_tasks import DynamoImageTasks
from easel.services.generations.settle_by_hand import SettleByHand
from easel.wiring.aws import aws_client, dynamodb
from easel.wiring.generations.cancel_generation import CancelEnv
from easel.wiring.generations.close_generation import close_generation
from easel.workflow.step_functions import StepFunctionsWorkflow


def settle_by_hand(env: CancelEnv) -> SettleByHand:
    """End a generation of any workspace."""
    workflow = StepFunctionsWorkflow(aws_client("stepfunctions"), env.STATE_MACHINE_ARN)
    tasks = DynamoImageTasks(dynamodb(), env.CORE_TABLE_NAME)
    return SettleByHand(close=close_generation(env), tasks=tasks, workflow=workflow)
