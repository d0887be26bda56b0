"""Generations as callers read them."""

from easel.repositories.generations.generations import DynamoGenerations
from easel.services.generations.read_generations import ReadGenerations
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable


def read_generations(env: CoreTable) -> ReadGenerations:
    """Read and list generations."""
    return ReadGenerations(generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME))
