"""Generations as callers read them."""

from collections.abc import Callable

from easel.clock import system_clock
from easel.domain.usage import LifetimeTotals
from easel.repositories.generations.generations import DynamoGenerations
from easel.repositories.money.usage import DynamoUsageCounters
from easel.services.generations.read_active import ReadActive
from easel.services.generations.read_generations import ReadGenerations
from easel.services.generations.show_timeline import ShowTimeline
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable, LightClients, Links, OpenDoors, SigningKey


class ListEnv(LightClients, CoreTable, Links, SigningKey, OpenDoors):
    """Environment of functions that list them, with links to their images, at addresses of two doors."""


def read_active(env: CoreTable) -> ReadActive:
    """Read what is running of a person."""
    return ReadActive(
        usage=DynamoUsageCounters(dynamodb(), env.CORE_TABLE_NAME),
        generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME),
        clock=system_clock,
    )


def read_generations(env: CoreTable) -> ReadGenerations:
    """Read and list generations."""
    return ReadGenerations(generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME))


def show_timeline(env: CoreTable) -> ShowTimeline:
    """Read one generation of any workspace."""
    return ShowTimeline(generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME))


def lifetime_totals(env: CoreTable) -> Callable[[str], LifetimeTotals]:
    """What a workspace has had made so far, by its id."""
    return DynamoUsageCounters(dynamodb(), env.CORE_TABLE_NAME).totals
