"""SQS `uploads`: check what arrived for an upload."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.observability import bind, instrumented, logger
from easel.wiring.uploads import process_upload as wiring
from easel.workflow.batches import process_messages

Env = wiring.ProcessUploadEnv


def process(record: SQSRecord) -> None:
    """Check the uploads of one message; idempotent."""
    for arrived in wiring.uploads_in(record.body):
        bind(workspace_id=arrived.workspace_id)
        outcome = wiring.process_upload(settings.load(Env))(arrived.workspace_id, arrived.upload_id, arrived.scan)
        logger.info("upload processed", extra={"upload_id": arrived.upload_id, "outcome": outcome})


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Entry point."""
    return process_messages(event, context, process)
