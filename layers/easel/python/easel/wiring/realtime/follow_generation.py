"""The events of one generation."""

from easel.clock import system_clock
from easel.domain.generation import Generation
from easel.domain.image import Image
from easel.repositories.generations.generations import DynamoGenerations
from easel.services.images.links import permalink
from easel.services.realtime.follow_generation import FollowGeneration
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable, PublicAddress
from easel.wiring.realtime.tickets import TicketEnv


class FollowEnv(CoreTable, PublicAddress, TicketEnv):
    """Environment of the function that answers for the events of a generation."""


def follow_generation(env: FollowEnv) -> FollowGeneration:
    """Follow a generation."""

    def permalink_of(generation: Generation, image: Image) -> str:
        return permalink(env.PUBLIC_BASE_URL, generation.workspace_id, image.id, generation.permalink_secret)

    return FollowGeneration(
        generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME), permalink_of=permalink_of, clock=system_clock
    )
