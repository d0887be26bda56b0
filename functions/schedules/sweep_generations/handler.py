"""Every minute: repair stuck generations, publish events left behind, expire grants, queue deliveries that are due."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.observability import RECORDS_SET_ASIDE, count, instrumented, logger
from easel.wiring.delivery.webhook_queues import requeue_deliveries
from easel.wiring.generations import sweep_generations as wiring

Env = wiring.SweepEnv


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:  # noqa: ARG001 - Lambda's signature
    """Sweep once."""
    env = settings.load(Env)
    report, deliveries = wiring.sweep_generations(env)(), requeue_deliveries(env)()
    failed = report.failed + deliveries.failed
    count("StuckGenerations", report.requeued + report.settled)
    count("EventsLeftBehind", report.republished)
    count(RECORDS_SET_ASIDE, failed)
    found = {"requeued": report.requeued, "settled": report.settled, "republished": report.republished}
    if any(found.values()):
        logger.warning("sweep repaired something", extra=found)
    if report.expired:
        logger.info("grants expired", extra={"grants": report.expired})
    return {**found, "expired": report.expired, "deliveries": deliveries.done, "failed": failed}
