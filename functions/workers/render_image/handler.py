"""SQS `render-<provider>`: have the provider make one image."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.observability import bind, instrumented
from easel.wiring.images import image_workers as wiring
from easel.workflow.batches import process_messages
from easel.workflow.messages import RenderMessage

Env = wiring.RenderEnv


def render(record: SQSRecord) -> None:
    """Render one image."""
    message = RenderMessage.model_validate_json(record.body)
    bind(generation_id=message.generation_id, image_index=message.index, request_id=message.request_id)
    env = settings.load(Env)
    queue_url = env.RENDER_QUEUE_URLS[message.provider]
    wiring.hold_message(env)(queue_url, record.receipt_handle)
    wiring.render_image(env)(
        message.ref(), provider=message.provider, model=message.model, task_token=message.task_token
    )


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Entry point."""
    return process_messages(event, context, render)
