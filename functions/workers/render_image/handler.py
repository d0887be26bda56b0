"""SQS `render-<provider>`: have the provider make one image."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from easel import bootstrap, settings
from easel.observability import logger, metrics
from easel.workflow.messages import RenderMessage


class Env(settings.ImageWorkerSettings):
    """What this function reads from its environment."""


processor = BatchProcessor(event_type=EventType.SQS)


def render(record: SQSRecord) -> None:
    """Render one image."""
    message = RenderMessage.model_validate_json(record.body)
    logger.append_keys(
        generation_id=message.generation_id, image_index=message.index, request_id=message.request_id
    )
    render_image = bootstrap.render_image(settings.load(Env))
    render_image(message.ref(), provider=message.provider, task_token=message.task_token)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Entry point."""
    return process_partial_response(event=event, record_handler=render, processor=processor, context=context)
