"""SQS `batches`: keep a batch running. The same message comes again and again, until there is no more to do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.errors import StillLeased
from easel.observability import bind, instrumented
from easel.wiring.generations import batches as wiring
from easel.workflow.batches import process_messages
from easel.workflow.messages import BatchMessage

Env = wiring.RunEnv

_NOT_BEGUN: Final = 5
"""Deliveries after which a run that is not there is over: the message is sent a moment before the run begins."""
_RENEWED_AT: Final = 400
"""Deliveries after which a fresh message takes over: the queue gives up on one after five hundred."""


def run(record: SQSRecord) -> None:
    """Run a batch for some seconds; idempotent."""
    env, message = settings.load(Env), BatchMessage.model_validate_json(record.body)
    bind(workspace_id=message.workspace_id, batch_id=message.batch_id, request_id=message.request_id)
    deliveries = int(record.raw_event["attributes"]["ApproximateReceiveCount"])
    more = wiring.run_batch(env)(message.workspace_id, message.batch_id, message.run, message.request_id)
    if more is False or (more is None and deliveries >= _NOT_BEGUN):
        return
    if deliveries >= _RENEWED_AT:
        wiring.batch_queue(env).run(
            message.workspace_id, message.batch_id, message.run, message.request_id, timedelta(seconds=1)
        )
        return
    wiring.come_again()(env.BATCHES_QUEUE_URL, record.receipt_handle)
    raise StillLeased("The batch goes on.")


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Entry point."""
    return process_messages(event, context, run)
