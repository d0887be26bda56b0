"""WebSocket route `$disconnect`: forget a connection."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.observability import instrumented
from easel.wiring.env import EphemeralTable as Env
from easel.wiring.realtime import connections as wiring


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - AWS's signature
    """Entry point. There is no client left to read an answer."""
    wiring.disconnect(settings.load(Env))(event["requestContext"]["connectionId"])
    return {"statusCode": 200}
