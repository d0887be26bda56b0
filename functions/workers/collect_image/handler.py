"""SQS `collect`: look after an image whose provider is at work, or has called back."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import bootstrap, settings
from easel.observability import bind, instrumented
from easel.workflow.batches import process_messages
from easel.workflow.messages import CollectMessage


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


def collect(record: SQSRecord) -> None:
    """Look after one image, or follow what a callback told of it."""
    message = CollectMessage.model_validate_json(record.body)
    bind(generation_id=message.generation_id, image_index=message.index, request_id=message.request_id)
    env = settings.load(Env)
    queue_url = json.loads(env.COLLECT_QUEUE_URLS)[message.provider]
    bootstrap.hold_message(env.WORKER_SECONDS)(queue_url, record.receipt_handle)
    if message.hint is None:
        bootstrap.collect_image(env)(message.ref(), polls=message.polls)
    else:
        bootstrap.follow_callback(env)(message.ref(), message.hint.as_told())


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Entry point."""
    return process_messages(event, context, collect)
