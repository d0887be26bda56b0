"""Images and links to them."""

from easel.clock import system_clock
from easel.doors.canonical.context import AnswerContext
from easel.repositories.generations.generations import DynamoGenerations
from easel.services.accounts.principal import Principal
from easel.services.images.links import LinkMaker
from easel.services.images.read_images import ReadImages
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable, Links
from easel.wiring.images.image_store import image_store


def read_images(env: CoreTable) -> ReadImages:
    """Read single images."""
    return ReadImages(generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME))


def links(env: Links) -> LinkMaker:
    """Make links to the pictures."""
    return LinkMaker(store=image_store(env), public_base_url=env.PUBLIC_BASE_URL, clock=system_clock)


def answer_context(env: Links, caller: Principal) -> AnswerContext:
    """What canonical answers need beside what they show."""
    return AnswerContext(links(env), env.PUBLIC_BASE_URL, caller.sees_provider_costs)
