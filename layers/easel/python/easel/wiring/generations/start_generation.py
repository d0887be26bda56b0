"""The start of generations."""

from easel.clock import system_clock
from easel.repositories.generations.generations import DynamoGenerations
from easel.services.generations.start_generation import StartGeneration
from easel.wiring.aws import aws_client, dynamodb
from easel.wiring.catalogue.provider_routing import provider_routing
from easel.wiring.env import StateMachine
from easel.wiring.env_objects import RenderQueues, Routing
from easel.workflow.step_functions import StepFunctionsStarter


class StartEnv(StateMachine, Routing, RenderQueues):
    """Environment of whatever starts generations."""


def start_generation(env: StartEnv) -> StartGeneration:
    """Start the state machine of a generation."""
    workflow = StepFunctionsStarter(
        aws_client("stepfunctions"), env.STATE_MACHINE_ARN, render_queue_urls=env.RENDER_QUEUE_URLS
    )
    return StartGeneration(
        generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME),
        workflow=workflow,
        routing=provider_routing(env),
        clock=system_clock,
    )
