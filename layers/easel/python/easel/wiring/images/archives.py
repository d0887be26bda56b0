"""Archives: the one who asks for them and the one who builds them."""

from easel.clock import system_clock
from easel.repositories.generations.generations import DynamoGenerations
from easel.repositories.images.archives import DynamoArchives
from easel.services.images.build_archive import BuildArchive
from easel.services.images.request_archive import RequestArchive
from easel.services.ports.archives import ArchiveRef
from easel.storage.archives import S3ArchiveStore
from easel.storage.keys import archive_key
from easel.wiring.aws import aws_client, dynamodb
from easel.wiring.env import ArchivesQueue, CoreTable, ImagesBucket, WorkerTime
from easel.wiring.images.image_store import bucket_client
from easel.workflow.queues import SqsArchiveQueue


class BuildEnv(CoreTable, ImagesBucket, WorkerTime):
    """Environment of whatever builds archives."""


class RequestEnv(BuildEnv, ArchivesQueue):
    """Environment of whatever asks for archives."""


def build_archive(env: BuildEnv) -> BuildArchive:
    """Build the archive of a generation."""
    return BuildArchive(
        generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME),
        records=DynamoArchives(dynamodb(), env.CORE_TABLE_NAME),
        store=S3ArchiveStore(bucket_client(), env.IMAGES_BUCKET_NAME),
        key_of=key_of,
        worker_seconds=env.WORKER_SECONDS,
        clock=system_clock,
    )


def request_archive(env: RequestEnv) -> RequestArchive:
    """Ask for the archive of a generation."""
    return RequestArchive(
        generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME),
        records=DynamoArchives(dynamodb(), env.CORE_TABLE_NAME),
        queue=SqsArchiveQueue(aws_client("sqs"), env.ARCHIVES_QUEUE_URL),
        build=build_archive(env),
        clock=system_clock,
    )


def key_of(ref: ArchiveRef) -> str:
    """The object key of an archive."""
    return archive_key(ref.workspace_id, ref.generation_id, ref.digest)
