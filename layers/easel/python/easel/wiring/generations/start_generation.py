"""The start of generations."""

from easel.repositories.generations.generations import begin_keys
from easel.services.generations.start_generation import StartGeneration
from easel.wiring.aws import aws_client
from easel.wiring.catalogue.provider_routing import provider_routing
from easel.wiring.env import RenderQueues, Routing, StateMachine
from easel.workflow.step_functions import StepFunctionsWorkflow


class StartEnv(StateMachine, Routing, RenderQueues):
    """Environment of whatever starts generations."""


def start_generation(env: StartEnv) -> StartGeneration:
    """Start the state machine of a generation."""
    return StartGeneration(
        workflow=StepFunctionsWorkflow(aws_client("stepfunctions"), env.STATE_MACHINE_ARN),
        routes=provider_routing(env),
        render_queue_urls=env.RENDER_QUEUE_URLS,
        begin_keys=begin_keys,
    )
