"""Reconciling a generation with its provider, on request."""

from easel.clock import system_clock
from easel.repositories.accounts.rate_counters import DynamoRateCounters
from easel.services.generations.refresh_generation import RefreshGeneration
from easel.wiring.aws import aws_client, dynamodb
from easel.wiring.env import CoreTable, EphemeralTable
from easel.wiring.env_objects import CollectQueues
from easel.wiring.generations.read_generations import read_generations
from easel.workflow.queues import SqsImageQueue


class RefreshEnv(CoreTable, EphemeralTable, CollectQueues):
    """Environment of whatever has providers asked at once."""


def refresh_generation(env: RefreshEnv) -> RefreshGeneration:
    """Have the workers look at the jobs of a generation now."""
    return RefreshGeneration(
        read=read_generations(env),
        counters=DynamoRateCounters(dynamodb(), env.EPHEMERAL_TABLE_NAME),
        queue=SqsImageQueue(aws_client("sqs"), render_queue_urls={}, collect_queue_urls=env.COLLECT_QUEUE_URLS),
        clock=system_clock,
    )
