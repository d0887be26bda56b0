"""Batches of SQS messages: each is handled on its own, and only the ones that failed come again."""

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

# A batch in which every record failed is reported like any other: raising would only cost the worker its warm state.
_processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def process_messages(
    event: dict[str, Any], context: LambdaContext, handle: Callable[[SQSRecord], None]
) -> PartialItemFailureResponse:
    """Hand each message to `handle`; whatever it raises makes that message come again."""

    def handle_or_report(record: SQSRecord) -> None:
        try:
            handle(record)
        except StillLeased as busy:
            logger.info("message comes again later", extra={"reason": busy.message})
            raise
        except Exception as error:
            # SQS learns only that it failed, so this line is the one place to look.
            logger.error("message failed and comes again", extra=describe_error(error))
            raise

    return process_partial_response(event=event, record_handler=handle_or_report, processor=_processor, context=context)
