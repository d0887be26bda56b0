"""Calls that their clients repeat."""

from easel.clock import system_clock
from easel.repositories.generations.call_tickets import DynamoCallTickets
from easel.repositories.generations.generations import DynamoGenerations
from easel.repositories.generations.idempotency import DynamoIdempotencyClaims
from easel.services.generations.generate_once import GenerateOnce
from easel.wiring.aws import dynamodb
from easel.wiring.env import Links
from easel.wiring.generations import read_generations as reading
from easel.wiring.generations.submit_generation import SubmitEnv, submit_generation


class OnceEnv(SubmitEnv, Links):
    """Environment of whatever makes images once and answers with them."""


def generate_once(env: OnceEnv) -> GenerateOnce:
    """Submit or join, and wait."""
    return GenerateOnce(
        submit=submit_generation(env),
        wait=reading.read_generations(env).wait,
        generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME),
        claims=DynamoIdempotencyClaims(dynamodb(), env.CORE_TABLE_NAME),
        tickets=DynamoCallTickets(dynamodb(), env.CORE_TABLE_NAME),
        clock=system_clock,
    )
