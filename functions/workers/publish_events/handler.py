"""DynamoDB stream of `core`, new outbox items: publish events."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.events.outbox import event_in_outbox_item
from easel.observability import (
    RECORDS_SET_ASIDE,
    bind,
    bind_request_id,
    count,
    describe_error,
    instrumented,
    logger,
)
from easel.wiring import publish_events as wiring

Env = wiring.PublishEnv

# A batch in which every record failed is reported like any other: raising would discard the warm process.
processor = BatchProcessor(event_type=EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)


def publish(record: DynamoDBRecord) -> None:
    """Publish one event. An unreadable one stays in the outbox; retrying it would block the events behind it."""
    try:
        event = event_in_outbox_item(record.raw_event["dynamodb"]["NewImage"])
    except (KeyError, ValueError) as error:
        logger.error("event cannot be read", extra=describe_error(error))
        count(RECORDS_SET_ASIDE)
        return
    try:
        bind_request_id(event.request_id)
        bind(event_id=event.id, event_type=event.type)
        wiring.publish_events(settings.load(Env))(event)
    except Exception as error:
        # Lambda only gets the sequence number to continue from, so the reason is logged here.
        logger.error("event not published", extra=describe_error(error))
        raise
    logger.info("event published")


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Entry point."""
    return process_partial_response(event=event, record_handler=publish, processor=processor, context=context)
