"""Making one image again."""

from easel.repositories.generations.generations import DynamoGenerations
from easel.services.generations.retry_image import RetryImage
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable


def retry_image(env: CoreTable) -> RetryImage:
    """From a generation to a request for one of its images."""
    return RetryImage(generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME))
