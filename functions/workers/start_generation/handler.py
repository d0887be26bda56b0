"""SQS `generations`: start the state machine of each generation."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.observability import bind, instrumented, logger
from easel.wiring.generations import start_generation as wiring
from easel.workflow.batches import process_messages
from easel.workflow.messages import queued_from

Env = wiring.StartEnv


def start(record: SQSRecord) -> None:
    """Start one generation; idempotent."""
    queued = queued_from(record.body)
    bind(generation_id=queued.generation_id, request_id=queued.request_id)
    started = wiring.start_generation(settings.load(Env))(queued)
    logger.info("generation started" if started else "generation had been started or ended before")


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Entry point."""
    return process_messages(event, context, start)
