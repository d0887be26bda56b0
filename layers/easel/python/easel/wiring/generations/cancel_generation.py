"""Cancelling generations."""

from easel.services.generations.cancel_generation import CancelGeneration
from easel.wiring.aws import aws_client
from easel.wiring.env import StateMachine
from easel.wiring.generations.close_generation import SettleEnv, close_generation
from easel.workflow.step_functions import StepFunctionsWorkflow


class CancelEnv(SettleEnv, StateMachine):
    """Environment of whatever cancels generations."""


def cancel_generation(env: CancelEnv) -> CancelGeneration:
    """End a generation on the caller's request."""
    workflow = StepFunctionsWorkflow(aws_client("stepfunctions"), env.STATE_MACHINE_ARN)
    return CancelGeneration(close=close_generation(env), workflow=workflow)
