"""SQS `render-<provider>`: have the provider make one image."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import bootstrap, settings
from easel.observability import bind, instrumented
from easel.workflow.batches import process_messages
from easel.workflow.messages import RenderMessage


class Env(settings.Settings):
    """What this function reads from its environment."""

    CORE_TABLE_NAME: str
    IMAGES_BUCKET_NAME: str
    RENDER_QUEUE_URLS: str
    COLLECT_QUEUE_URLS: str
    EPHEMERAL_TABLE_NAME: str
    ROUTING: str
    WORKER_SECONDS: int
    STATE_MACHINE_ARN: str
    PROVIDER_SETTINGS: str
    REFERENCE_TRUSTED_ORIGINS: settings.Words
    SIGNING_SECRET_ARN: settings.Text
    PUBLIC_BASE_URL: settings.Text


def render(record: SQSRecord) -> None:
    """Render one image."""
    message = RenderMessage.model_validate_json(record.body)
    bind(generation_id=message.generation_id, image_index=message.index, request_id=message.request_id)
    env = settings.load(Env)
    queue_url = json.loads(env.RENDER_QUEUE_URLS)[message.provider]
    bootstrap.hold_message(env.WORKER_SECONDS)(queue_url, record.receipt_handle)
    bootstrap.render_image(env)(
        message.ref(), provider=message.provider, model=message.model, task_token=message.task_token
    )


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Entry point."""
    return process_messages(event, context, render)
