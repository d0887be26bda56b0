"""The start of generations."""

from easel.repositories.generations.generations import begin_keys
from easel.services.generations.start_generation import StartGeneration
from easel.wiring.aws import aws_client
from easel.wiring.catalogue.provider_routing import provider_routing
from easel.wiring.env import RenderQueues, Routing, StateMachine
from easel.workflow.step_functions import StepFunctionsStarter


class StartEnv(StateMachine, Routing, RenderQueues):
    """Environment of whatever starts generations."""


def start_generation(env: StartEnv) -> StartGeneration:
    """Start the state machine of a generation."""
    workflow = StepFunctionsStarter(
        aws_client("stepfunctions"),
        env.STATE_MACHINE_ARN,
        render_queue_urls=env.RENDER_QUEUE_URLS,
        begin_keys=begin_keys,
    )
    return StartGeneration(workflow=workflow, routing=provider_routing(env))
