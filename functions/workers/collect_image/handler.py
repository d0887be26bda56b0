"""SQS `collect-<provider>`: poll the job of an image, or process a callback."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.observability import bind, instrumented
from easel.wiring.images import image_workers as wiring
from easel.workflow.batches import process_messages
from easel.workflow.messages import CollectMessage

Env = wiring.ImageWorkerEnv


def collect(record: SQSRecord) -> None:
    """Poll one image's job, or process its callback."""
    message = CollectMessage.model_validate_json(record.body)
    bind(generation_id=message.generation_id, image_index=message.index, request_id=message.request_id)
    env = settings.load(Env)
    queue_url = env.COLLECT_QUEUE_URLS[message.provider]
    wiring.hold_message(env)(queue_url, record.receipt_handle)
    if message.hint is None:
        wiring.collect_image(env)(message.ref(), polls=message.polls)
    else:
        wiring.follow_callback(env)(message.ref(), message.hint.as_hint())


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Entry point."""
    return process_messages(event, context, collect)
