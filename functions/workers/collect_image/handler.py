"""SQS `collect`: look after an image whose provider is at work."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from easel import bootstrap, settings
from easel.observability import logger, metrics
from easel.workflow.messages import CollectMessage


class Env(settings.ImageWorkerSettings):
    """What this function reads from its environment."""


processor = BatchProcessor(event_type=EventType.SQS)


def collect(record: SQSRecord) -> None:
    """Look after one image."""
    message = CollectMessage.model_validate_json(record.body)
    logger.append_keys(
        generation_id=message.generation_id, image_index=message.index, request_id=message.request_id
    )
    bootstrap.collect_image(settings.load(Env))(message.ref(), polls=message.polls)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Entry point."""
    return process_partial_response(event=event, record_handler=collect, processor=processor, context=context)
