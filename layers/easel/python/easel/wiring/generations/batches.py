"""Batches: submit, read, change and run them."""

from collections.abc import Callable
from datetime import timedelta

from easel.clock import system_clock
from easel.domain.access import GENERATIONS_WRITE
from easel.domain.generation import Generation
from easel.domain.image import Image
from easel.doors.openai.batch_output import OpenAIOutput
from easel.errors import Unauthenticated
from easel.identity.telegram import read_bot
from easel.repositories.delivery.outbox import DynamoOutbox
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.generations.batches import DynamoBatches
from easel.repositories.generations.file_records import DynamoFileRecords
from easel.repositories.generations.generations import DynamoGenerations
from easel.repositories.generations.idempotency import DynamoIdempotencyClaims
from easel.services.accounts.principal import MINI_APP, TELEGRAM_BOT, Principal
from easel.services.generations.batch_status import ChangeBatchStatus
from easel.services.generations.change_batch import ChangeBatch
from easel.services.generations.manage_batch_files import ManageBatchFiles
from easel.services.generations.read_batches import ReadBatches
from easel.services.generations.repeat_batch import RepeatBatch
from easel.services.generations.run_batch import RunBatch
from easel.services.generations.submit_batch import SubmitBatch
from easel.services.generations.submit_file_batch import SubmitFileBatch
from easel.services.generations.write_batch_output import WriteBatchOutput
from easel.services.images.links import permalink
from easel.storage.batch_files import S3BatchFiles
from easel.storage.file_contents import S3FileContents
from easel.wiring.accounts.standing import standing
from easel.wiring.aws import aws_client, dynamodb
from easel.wiring.env import BatchesQueue, CoreTable, ImagesBucket
from easel.wiring.generations.batch_lines import LineEnv, line_reader
from easel.wiring.generations.submit_generation import SubmitEnv, submit_generation
from easel.wiring.images.image_store import bucket_client, image_store
from easel.wiring.money.quotes import QuoteEnv, appraise
from easel.wiring.secrets import secret
from easel.workflow.queues import MessageHold, SqsBatchQueue

_PAUSE = timedelta(seconds=2)


class ReadEnv(CoreTable, ImagesBucket):
    """Environment of whatever reads batches, or manages files of theirs."""


class ChangeEnv(ReadEnv, BatchesQueue):
    """Environment of whatever changes batches."""


class SubmitBatchEnv(QuoteEnv, ChangeEnv, LineEnv):
    """Environment of whatever submits batches."""


class RunEnv(SubmitEnv, ChangeEnv, LineEnv):
    """Environment of the worker that runs batches."""


def submit_batch(env: SubmitBatchEnv) -> SubmitBatch:
    """Price and store a batch."""
    return SubmitBatch(
        appraise=appraise(env),
        reader=line_reader(env),
        batches=_batches(env),
        files=_files(env),
        repeats=_repeats(env),
        clock=system_clock,
    )


def manage_batch_files(env: ReadEnv) -> ManageBatchFiles:
    """Store, read, list and delete files for batches."""
    return ManageBatchFiles(records=_file_records(env), contents=_file_contents(env), clock=system_clock)


def submit_file_batch(env: SubmitBatchEnv) -> SubmitFileBatch:
    """Make a batch of a file."""
    return SubmitFileBatch(
        records=_file_records(env),
        contents=_file_contents(env),
        submit=submit_batch(env),
        batches=_batches(env),
        repeats=_repeats(env),
        clock=system_clock,
    )


def read_batches(env: ReadEnv) -> ReadBatches:
    """Read batches."""
    return ReadBatches(batches=_batches(env), files=_files(env))


def change_batch(env: ChangeEnv) -> ChangeBatch:
    """Start, pause and cancel batches."""
    return ChangeBatch(batches=_batches(env), change_status=_change_status(env), queue=batch_queue(env))


def run_batch(env: RunEnv) -> RunBatch:
    """Run a batch for some seconds."""

    def permalink_of(generation: Generation, image: Image) -> str:
        return permalink(env.PUBLIC_BASE_URL, generation.workspace_id, image.id, generation.permalink_secret)

    batches, words = _batches(env), OpenAIOutput(env.PUBLIC_BASE_URL)
    return RunBatch(
        batches=batches,
        change_status=_change_status(env),
        files=_files(env),
        reader=line_reader(env),
        submit=submit_generation(env),
        generations=DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME),
        still_allowed=still_allowed(env),
        permalink_of=permalink_of,
        words=words,
        write_output=WriteBatchOutput(
            batches=batches,
            records=_file_records(env),
            contents=_file_contents(env),
            words=words,
            clock=system_clock,
        ),
        clock=system_clock,
    )


def still_allowed(env: RunEnv) -> Callable[[Principal], None]:
    """Raises Unauthenticated, Forbidden or NotFound for a caller who may not make generations any more."""

    def check(caller: Principal) -> None:
        if caller.key_id in {MINI_APP, TELEGRAM_BOT}:
            # Such a credential is proven by the bot's token: without it this batch could not be started now.
            bot = read_bot(secret(env.TELEGRAM_BOT_SECRET_ARN))
            if bot is None or bot.workspace_id != caller.bot_workspace_id:
                raise Unauthenticated("The bot of this batch is not stored here any more.")
        if checks := standing(env)(caller, caller.workspace_id, GENERATIONS_WRITE):
            DynamoTransactions(dynamodb()).commit(*checks)

    return check


def batch_queue(env: BatchesQueue) -> SqsBatchQueue:
    """Messages that keep batches running."""
    return SqsBatchQueue(aws_client("sqs"), env.BATCHES_QUEUE_URL)


def come_again() -> MessageHold:
    """Have the message of a running batch come again soon."""
    return MessageHold(aws_client("sqs"), _PAUSE)


def _repeats(env: ChangeEnv) -> RepeatBatch:
    return RepeatBatch(
        claims=DynamoIdempotencyClaims(dynamodb(), env.CORE_TABLE_NAME),
        batches=_batches(env),
        change=change_batch(env),
        clock=system_clock,
    )


def _batches(env: CoreTable) -> DynamoBatches:
    return DynamoBatches(dynamodb(), env.CORE_TABLE_NAME)


def _change_status(env: CoreTable) -> ChangeBatchStatus:
    outbox = DynamoOutbox(dynamodb(), env.CORE_TABLE_NAME)
    return ChangeBatchStatus(batches=_batches(env), outbox=outbox, clock=system_clock)


def _files(env: ImagesBucket) -> S3BatchFiles:
    return S3BatchFiles(bucket_client(), env.IMAGES_BUCKET_NAME, image_store(env))


def _file_records(env: CoreTable) -> DynamoFileRecords:
    return DynamoFileRecords(dynamodb(), env.CORE_TABLE_NAME)


def _file_contents(env: ImagesBucket) -> S3FileContents:
    return S3FileContents(bucket_client(), env.IMAGES_BUCKET_NAME, image_store(env))
