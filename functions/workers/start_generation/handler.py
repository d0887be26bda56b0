"""SQS `generations`: start the state machine of each generation."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.observability import bind, instrumented, logger
from easel.services.generations.start_generation import QueuedGeneration
from easel.wiring.generations import start_generation as wiring
from easel.workflow.batches import process_messages
from easel.workflow.messages import GenerationMessage

Env = wiring.StartEnv


def start(record: SQSRecord) -> None:
    """Start one generation; a second message for it changes nothing."""
    message = GenerationMessage.model_validate_json(record.body)
    bind(generation_id=message.generation_id, request_id=message.request_id)
    started = wiring.start_generation(settings.load(Env))(QueuedGeneration(**message.model_dump()))
    logger.info("generation started" if started else "generation had been started before")


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Entry point."""
    return process_messages(event, context, start)
