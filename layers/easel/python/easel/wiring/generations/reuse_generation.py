"""The cache of results."""

from easel.clock import system_clock
from easel.repositories.generations.generations import DynamoGenerations
from easel.repositories.generations.result_cache import DynamoResultCache
from easel.services.generations.reuse_generation import ReuseGeneration
from easel.wiring.aws import dynamodb
from easel.wiring.money.quotes import QuoteEnv, appraise


def reuse_generation(env: QuoteEnv) -> ReuseGeneration:
    """Find the images that the same request had before."""
    return ReuseGeneration(
        fingerprint=appraise(env).fingerprint,
        cache=DynamoResultCache(dynamodb(), env.CORE_TABLE_NAME),
        generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME),
        clock=system_clock,
    )
