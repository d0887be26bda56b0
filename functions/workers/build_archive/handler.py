"""SQS `archives`: build the archive of a generation."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.observability import bind, instrumented
from easel.wiring.images import archives as wiring
from easel.workflow.batches import process_messages
from easel.workflow.messages import ArchiveMessage

Env = wiring.BuildEnv


def build(record: SQSRecord) -> None:
    """Build one archive; idempotent."""
    message = ArchiveMessage.model_validate_json(record.body)
    bind(generation_id=message.generation_id, request_id=message.request_id)
    wiring.build_archive(settings.load(Env))(message.workspace_id, message.generation_id)


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Entry point."""
    return process_messages(event, context, build)
