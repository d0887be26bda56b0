"""SQS `webhooks` and `slow-webhooks`: post an event to a webhook endpoint."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.domain.deliveries import Outcome
from easel.observability import bind, count, instrumented, logger
from easel.wiring.delivery import deliver_webhook as wiring
from easel.workflow.batches import process_messages
from easel.workflow.messages import DeliveryMessage

Env = wiring.DeliverEnv


def deliver(record: SQSRecord) -> None:
    """Make one attempt; idempotent."""
    env, message = settings.load(Env), DeliveryMessage.model_validate_json(record.body)
    bind(workspace_id=message.workspace_id, endpoint_id=message.endpoint_id, delivery_id=message.delivery_id)
    queue = record.event_source_arn.rpartition(":")[2]
    attempt = wiring.deliver_webhook(env)(message.ref(), quick=queue == env.WEBHOOKS_QUEUE_URL.rpartition("/")[2])
    if attempt is None:
        return
    count("WebhookAttempts", outcome="delivered" if attempt.outcome is Outcome.DELIVERED else "failed")
    facts = {"attempt": attempt.number, "outcome": attempt.outcome.value, "http_status": attempt.status}
    logger.info("webhook attempt ended", extra=facts | {"seconds": attempt.took.total_seconds()})


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Entry point."""
    return process_messages(event, context, deliver)
