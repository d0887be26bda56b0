"""Pictures of content items."""

from typing import Final

from easel.clock import system_clock
from easel.domain.catalogue import load_catalogue
from easel.repositories.content_images import DynamoContentImages
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.generations.generations import DynamoGenerations
from easel.services.content.manage_content_images import ManageContentImages
from easel.services.content.read_content_file import ReadContentFile
from easel.services.content.read_content_images import ReadContentImages
from easel.services.content.submit_content_image import ContentDefaults, SubmitContentImage
from easel.storage.file_reader import S3FileReader
from easel.wiring.aws import aws_client, dynamodb
from easel.wiring.env import ContentSettings, CoreTable, ImagesBucket
from easel.wiring.generations import read_generations
from easel.wiring.generations.submit_generation import SubmitEnv, submit_generation
from easel.wiring.images.deletion import DeleteEnv, delete_images
from easel.wiring.images.read_images import read_images

ANY_PROVIDER: Final = "any"


class SubmitContentEnv(SubmitEnv, ContentSettings):
    """Environment of whatever has pictures of content items made."""


def submit_content_image(env: SubmitContentEnv) -> SubmitContentImage:
    """Have a picture made."""
    return SubmitContentImage(
        submit=submit_generation(env),
        read=read_generations.read_generations(env),
        images=DynamoContentImages(dynamodb(), env.CORE_TABLE_NAME),
        generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME),
        catalogue=load_catalogue,
        defaults=_defaults(env),
        clock=system_clock,
    )


def _defaults(env: ContentSettings) -> ContentDefaults:
    preferred = env.CONTENT_PROVIDER
    return ContentDefaults(env.CONTENT_MODEL, None if preferred == ANY_PROVIDER else preferred)


def read_content_images(env: CoreTable) -> ReadContentImages:
    """Find the versions of a workspace."""
    return ReadContentImages(images=DynamoContentImages(dynamodb(), env.CORE_TABLE_NAME), pictures=read_images(env))


def read_content_file(env: CoreTable) -> ReadContentFile:
    """Find a version by its public address."""
    return ReadContentFile(images=DynamoContentImages(dynamodb(), env.CORE_TABLE_NAME), pictures=read_images(env))


def manage_content_images(env: DeleteEnv) -> ManageContentImages:
    """Delete versions, and choose the current one."""
    return ManageContentImages(
        read=read_content_images(env),
        images=DynamoContentImages(dynamodb(), env.CORE_TABLE_NAME),
        delete=delete_images(env),
        unit_of_work=DynamoTransactions(dynamodb()),
        clock=system_clock,
    )


def file_reader(env: ImagesBucket) -> S3FileReader:
    """Read stored pictures."""
    return S3FileReader(aws_client("s3"), env.IMAGES_BUCKET_NAME)
