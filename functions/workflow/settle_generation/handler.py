"""Step Functions, last state: end the generation by the results of its images."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.observability import bind, count, instrumented, logger
from easel.wiring.generations import close_generation as wiring

Env = wiring.SettleEnv


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Settle `{workspaceId, generationId, requestId}` and return the final status to the execution."""
    bind(generation_id=event["generationId"], request_id=event["requestId"])
    generation = wiring.settle_generation(settings.load(Env))(event["workspaceId"], event["generationId"])
    count("GenerationsEnded", status=generation.status.value)
    logger.info(
        "generation settled",
        extra={
            "status": generation.status.value,
            "images_completed": generation.images_completed,
            "images_failed": generation.images_failed,
        },
    )
    return {"status": generation.status.value}
