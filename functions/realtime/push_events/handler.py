"""DynamoDB stream of `ephemeral`: send new events through WebSockets, and answer subscriptions."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.domain.live_connections import RecordedEvent
from easel.errors import EaselError
from easel.events.live_stream import read_live_record
from easel.observability import RECORDS_SET_ASIDE, count, describe_error, instrumented, logger
from easel.wiring.realtime import connections as wiring

Env = wiring.PushEnv


def push(record: dict[str, Any]) -> int:
    """Send what one record asks for; how many connections were gone."""
    try:
        found = read_live_record(record)
    except (KeyError, ValueError) as error:
        logger.error("record cannot be read", extra=describe_error(error))
        count(RECORDS_SET_ASIDE)
        return 0
    if found is None:
        return 0
    use_case = wiring.push_events(settings.load(Env))
    return use_case.event(found) if isinstance(found, RecordedEvent) else use_case.subscription(found)


@instrumented
def lambda_handler(
    event: dict[str, Any],
    context: LambdaContext,  # noqa: ARG001 - AWS's signature
) -> PartialItemFailureResponse:
    """Entry point. It ends at the first record that fails: what comes after it must not be sent before it."""
    gone = 0
    for record in event["Records"]:
        try:
            gone += push(record)
        except EaselError as error:
            logger.error("event not sent", extra=describe_error(error))
            return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
    if gone:
        logger.info("connections were gone", extra={"gone": gone})
    return {"batchItemFailures": []}
