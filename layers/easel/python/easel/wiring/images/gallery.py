"""Favourites and tags of pictures."""

from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.images.gallery import DynamoGallery
from easel.repositories.images.image_marks import DynamoImageMarkLists, DynamoImageMarks
from easel.services.images.mark_images import MarkImages
from easel.services.images.read_gallery import ReadGallery
from easel.services.images.summarise_gallery import SummariseGallery
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable


def mark_images(env: CoreTable) -> MarkImages:
    """Change marks."""
    return MarkImages(
        records=DynamoImageMarks(dynamodb(), env.CORE_TABLE_NAME), unit_of_work=DynamoTransactions(dynamodb())
    )


def read_gallery(env: CoreTable) -> ReadGallery:
    """Search pictures."""
    return ReadGallery(searches=DynamoGallery(dynamodb(), env.CORE_TABLE_NAME))


def summarise_gallery(env: CoreTable) -> SummariseGallery:
    """List tags, and prompts that were used most."""
    return SummariseGallery(
        searches=DynamoGallery(dynamodb(), env.CORE_TABLE_NAME),
        lists=DynamoImageMarkLists(dynamodb(), env.CORE_TABLE_NAME),
    )
