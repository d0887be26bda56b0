"""Reading uploads."""

from easel.clock import system_clock
from easel.repositories.uploads.uploads import DynamoUploads
from easel.services.uploads.read_uploads import ReadUploads
from easel.wiring.aws import aws_client, dynamodb
from easel.wiring.env import CoreTable, UploadsQueue
from easel.workflow.upload_messages import SqsUploadQueue


class ReadUploadsEnv(CoreTable, UploadsQueue):
    """What reading needs."""


def read_uploads(env: ReadUploadsEnv) -> ReadUploads:
    """Read uploads."""
    return ReadUploads(
        uploads=DynamoUploads(dynamodb(), env.CORE_TABLE_NAME),
        queue=SqsUploadQueue(aws_client("sqs"), env.UPLOADS_QUEUE_URL),
        clock=system_clock,
    )
