"""DynamoDB stream of `core`: publish new items of the outbox, and what changes of generations' records say."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.events.stream import read_record
from easel.observability import (
    RECORDS_SET_ASIDE,
    bind_request_id,
    count,
    describe_error,
    instrumented,
    logger,
)
from easel.services.ports.events import Change
from easel.wiring import publish_events as wiring

Env = wiring.PublishEnv

# A batch in which every record failed is reported like any other: raising would discard the warm process.
processor = BatchProcessor(event_type=EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)


def publish(record: DynamoDBRecord) -> None:
    """Publish one event. An unreadable one stays in the outbox; retrying it would block the events behind it."""
    try:
        found = read_record(record.raw_event)
    except (KeyError, ValueError) as error:
        logger.error("event cannot be read", extra=describe_error(error))
        count(RECORDS_SET_ASIDE)
        return
    if found is None:
        return
    use_case = wiring.publish_events(settings.load(Env))
    try:
        event = use_case.change(found) if isinstance(found, Change) else use_case(found)
    except Exception as error:
        # Lambda only gets the sequence number to continue from, so the reason is logged here.
        logger.error("event not published", extra=describe_error(error))
        raise
    if event is not None:
        bind_request_id(event.request_id)
        logger.info("event published", extra={"event_id": event.id, "event_type": event.type})


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Entry point."""
    return process_partial_response(event=event, record_handler=publish, processor=processor, context=context)
