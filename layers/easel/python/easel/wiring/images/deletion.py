"""Deletion of pictures: the request and the worker that finishes it."""

from easel.clock import system_clock
from easel.repositories.delivery.outbox import DynamoOutbox
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.generations.generations import DynamoGenerations
from easel.repositories.images.deletions import DynamoDeletions
from easel.repositories.images.image_marks import DynamoImageMarks
from easel.repositories.images.trash import DynamoTrash
from easel.repositories.money.usage import DynamoUsageCounters
from easel.repositories.uploads.uploads import DynamoUploads
from easel.services.images.delete_images import DeleteImages
from easel.services.images.remove_files import RemoveFiles
from easel.storage.deletion import S3PictureFiles
from easel.wiring.aws import aws_client, dynamodb
from easel.wiring.env import CoreTable, DeletionsQueue, ImagesBucket
from easel.wiring.images.image_store import bucket_client
from easel.workflow.queues import SqsDeletionQueue


class RemoveEnv(CoreTable, ImagesBucket):
    """Environment of whatever finishes deletions."""


class DeleteEnv(RemoveEnv, DeletionsQueue):
    """Environment of whatever deletes pictures."""


def remove_files(env: RemoveEnv) -> RemoveFiles:
    """Finish deletions."""
    return RemoveFiles(
        generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME),
        records=DynamoDeletions(dynamodb(), env.CORE_TABLE_NAME),
        files=S3PictureFiles(bucket_client(), env.IMAGES_BUCKET_NAME),
        marks=DynamoImageMarks(dynamodb(), env.CORE_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
    )


def delete_images(env: DeleteEnv) -> DeleteImages:
    """Delete pictures and generations."""
    return DeleteImages(
        generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME),
        records=DynamoDeletions(dynamodb(), env.CORE_TABLE_NAME),
        outbox=DynamoOutbox(dynamodb(), env.CORE_TABLE_NAME),
        counts=DynamoUsageCounters(dynamodb(), env.CORE_TABLE_NAME),
        trash=DynamoTrash(dynamodb(), env.CORE_TABLE_NAME),
        uploads=DynamoUploads(dynamodb(), env.CORE_TABLE_NAME),
        image_marks=DynamoImageMarks(dynamodb(), env.CORE_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        files=S3PictureFiles(bucket_client(), env.IMAGES_BUCKET_NAME),
        queue=SqsDeletionQueue(aws_client("sqs"), env.DELETIONS_QUEUE_URL),
        clock=system_clock,
    )
