"""The public gallery."""

from easel.clock import system_clock
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.generations.generations import DynamoGenerations
from easel.repositories.images.publications import DynamoPublications
from easel.services.images.publish_image import PublishImage
from easel.services.images.read_public_gallery import ReadPublicGallery
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable


def publish_image(env: CoreTable) -> PublishImage:
    """Publish, withdraw and take down."""
    return PublishImage(
        generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME),
        publications=DynamoPublications(dynamodb(), env.CORE_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        clock=system_clock,
    )


def read_public_gallery(env: CoreTable) -> ReadPublicGallery:
    """What the public sees."""
    publications = DynamoPublications(dynamodb(), env.CORE_TABLE_NAME)
    return ReadPublicGallery(
        lists=publications,
        publications=publications,
        generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME),
    )
