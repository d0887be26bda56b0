"""Batches: submit, read, change and run them."""

from collections.abc import Callable
from datetime import timedelta

from easel.clock import system_clock
from easel.domain.access import GENERATIONS_WRITE
from easel.domain.generation import Generation
from easel.domain.image import Image
from easel.doors.canonical.generations.batch_requests import BatchLineReader
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.generations.batches import DynamoBatches
from easel.repositories.generations.generations import DynamoGenerations
from easel.services.accounts.principal import Principal
from easel.services.generations.change_batch import ChangeBatch
from easel.services.generations.read_batches import ReadBatches
from easel.services.generations.run_batch import RunBatch
from easel.services.generations.submit_batch import SubmitBatch
from easel.services.images.links import permalink
from easel.storage.batch_files import S3BatchFiles
from easel.wiring.accounts.standing import standing
from easel.wiring.aws import aws_client, dynamodb
from easel.wiring.env import BatchesQueue, CoreTable, ImagesBucket
from easel.wiring.generations.submit_generation import SubmitEnv, submit_generation
from easel.wiring.images.image_store import bucket_client, image_store
from easel.wiring.money.quotes import QuoteEnv, appraise
from easel.workflow.queues import MessageHold, SqsBatchQueue

_PAUSE = timedelta(seconds=2)


class ReadEnv(CoreTable, ImagesBucket):
    """Environment of whatever reads batches."""


class ChangeEnv(ReadEnv, BatchesQueue):
    """Environment of whatever changes batches."""


class SubmitBatchEnv(QuoteEnv, ChangeEnv):
    """Environment of whatever submits batches."""


class RunEnv(SubmitEnv, ChangeEnv):
    """Environment of the worker that runs batches."""


def submit_batch(env: SubmitBatchEnv) -> SubmitBatch:
    """Price and store a batch."""
    return SubmitBatch(
        appraise=appraise(env),
        reader=BatchLineReader(env.REFERENCE_TRUSTED_ORIGINS),
        batches=_batches(env),
        files=_files(env),
        change=change_batch(env),
        clock=system_clock,
    )


def read_batches(env: ReadEnv) -> ReadBatches:
    """Read batches."""
    return ReadBatches(batches=_batches(env), files=_files(env))


def change_batch(env: ChangeEnv) -> ChangeBatch:
    """Start, pause and cancel batches."""
    return ChangeBatch(batches=_batches(env), queue=batch_queue(env), clock=system_clock)


def run_batch(env: RunEnv) -> RunBatch:
    """Run a batch for some seconds."""

    def permalink_of(generation: Generation, image: Image) -> str:
        return permalink(env.PUBLIC_BASE_URL, generation.workspace_id, image.id, generation.permalink_secret)

    return RunBatch(
        batches=_batches(env),
        files=_files(env),
        reader=BatchLineReader(env.REFERENCE_TRUSTED_ORIGINS),
        submit=submit_generation(env),
        generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME),
        still_allowed=still_allowed(env),
        permalink_of=permalink_of,
        clock=system_clock,
    )


def still_allowed(env: CoreTable) -> Callable[[Principal], None]:
    """Raises Unauthenticated, Forbidden or NotFound for a caller who may not make generations any more."""

    def check(caller: Principal) -> None:
        if checks := standing(env)(caller, caller.workspace_id, GENERATIONS_WRITE):
            DynamoTransactions(dynamodb()).commit(*checks)

    return check


def batch_queue(env: BatchesQueue) -> SqsBatchQueue:
    """Messages that keep batches running."""
    return SqsBatchQueue(aws_client("sqs"), env.BATCHES_QUEUE_URL)


def come_again() -> MessageHold:
    """Have the message of a running batch come again soon."""
    return MessageHold(aws_client("sqs"), _PAUSE)


def _batches(env: CoreTable) -> DynamoBatches:
    return DynamoBatches(dynamodb(), env.CORE_TABLE_NAME)


def _files(env: ImagesBucket) -> S3BatchFiles:
    return S3BatchFiles(bucket_client(), env.IMAGES_BUCKET_NAME, image_store(env))
