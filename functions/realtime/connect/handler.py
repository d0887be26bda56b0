"""WebSocket route `$connect`: accept a connection whose ticket is good."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.errors import EaselError
from easel.http.problems import kind_of
from easel.observability import bind, instrumented, logger
from easel.wiring.realtime import connections as wiring

Env = wiring.ConnectEnv


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - AWS's signature
    """Entry point. The status is that of the handshake: 200, or why there is no connection."""
    query = event.get("queryStringParameters") or {}
    connection_id = event["requestContext"]["connectionId"]
    try:
        connection = wiring.connect(settings.load(Env))(connection_id, query.get("ticket", ""), query.get("workspace"))
    except EaselError as error:
        logger.info("connection refused", extra={"reason": error.code})
        return {"statusCode": kind_of(error).status.value}
    bind(workspace_id=connection.viewer.workspace_id)
    logger.info("connected", extra={"connection_id": connection_id})
    return {"statusCode": 200}
