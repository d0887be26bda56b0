"""Every minute: find generations that are stuck, events that were left behind and grants that have ended."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import bootstrap, settings
from easel.observability import count, instrumented, logger


class Env(settings.Settings):
    """What this function reads from its environment."""

    CORE_TABLE_NAME: str
    LEDGER_TABLE_NAME: str
    GENERATIONS_QUEUE_URL: str
    STATE_MACHINE_ARN: str
    EVENT_BUS_NAME: str
    INTEGRATION_QUEUE_URL: str
    PUBLIC_BASE_URL: str


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:  # noqa: ARG001 - Lambda's signature
    """Sweep once."""
    report = bootstrap.sweep_generations(settings.load(Env))()
    count("StuckGenerations", report.requeued + report.settled)
    count("EventsLeftBehind", report.republished)
    found = {"requeued": report.requeued, "settled": report.settled, "republished": report.republished}
    if any(found.values()):
        logger.warning("sweep repaired something", extra=found)
    if report.expired:
        logger.info("grants expired", extra={"grants": report.expired})
    return {**found, "expired": report.expired}
