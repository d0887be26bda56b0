"""Batches of SQS messages: each is handled on its own, and only the failed ones are redelivered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from easel.errors import StillLeased
from easel.observability import describe_error, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.typing import LambdaContext

# A batch in which every record failed is reported like any other: raising would discard the warm process.
_processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def process_messages(
    event: dict[str, Any], context: LambdaContext, handle: Callable[[SQSRecord], None]
) -> PartialItemFailureResponse:
    """Pass each message to `handle`; an exception makes SQS redeliver that message."""

    def handle_or_report(record: SQSRecord) -> None:
        try:
            handle(record)
        except StillLeased as busy:
            logger.info("message will be redelivered", extra={"reason": busy.message})
            raise
        except Exception as error:
            # SQS is only told that it failed, so the reason is logged here.
            logger.error("message failed and will be redelivered", extra=describe_error(error))
            raise

    return process_partial_response(event=event, record_handler=handle_or_report, processor=_processor, context=context)
