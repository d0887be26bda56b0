"""WebSocket route `$default`: what a client says."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.errors import EaselError
from easel.observability import describe_error, instrumented, logger
from easel.wiring.realtime import connections as wiring

Env = wiring.MessageEnv


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - AWS's signature
    """Entry point. A client that is not answered asks again."""
    try:
        wiring.receive_message(settings.load(Env))(event["requestContext"]["connectionId"], event.get("body") or "")
    except EaselError as error:
        logger.error("message not handled", extra=describe_error(error))
        return {"statusCode": 503}
    return {"statusCode": 200}
