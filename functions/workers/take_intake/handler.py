"""SQS `intake`: take a request for images from another system."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.errors import StillLeased
from easel.observability import bind, count, instrumented, logger
from easel.wiring.generations import take_intake as wiring
from easel.workflow.batches import process_messages
from easel.workflow.intake_queue import received_message

Env = wiring.WorkerEnv


def take(record: SQSRecord) -> None:
    """Take one message; idempotent."""
    env = settings.load(Env)
    message = received_message(record.message_id, record.body, record.raw_event["attributes"])
    bind(request_id=message.message_id)
    try:
        outcome = wiring.take_intake(env)(message)
    except StillLeased:
        wiring.hold_back()(env.INTAKE_QUEUE_URL, record.receipt_handle)
        raise
    count("IntakeMessages", outcome=outcome.value)
    logger.info("intake message handled", extra={"outcome": outcome.value})


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Entry point."""
    return process_messages(event, context, take)
