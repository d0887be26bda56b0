"""SQS `deletions`: remove what a deletion has left behind."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.observability import bind, instrumented
from easel.wiring.images import deletion as wiring
from easel.workflow.batches import process_messages
from easel.workflow.messages import DeletionMessage

Env = wiring.RemoveEnv


def remove(record: SQSRecord) -> None:
    """Finish one deletion; idempotent."""
    deletion = DeletionMessage.model_validate_json(record.body).as_deletion()
    bind(generation_id=deletion.generation_id, request_id=deletion.request_id)
    wiring.remove_files(settings.load(Env))(deletion)


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Entry point."""
    return process_messages(event, context, remove)
