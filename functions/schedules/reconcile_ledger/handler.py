"""Nightly, or invoked by hand: check that every wallet equals the sum of its entries and open holds."""

from __future__ import annotations

from typing import Any, Final

from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.observability import RECORDS_SET_ASIDE, count, instrumented, logger
from easel.wiring.env import Money as Env
from easel.wiring.money import reconcile_ledger as wiring

_TIME_TO_REPORT: Final = 15_000
"""Milliseconds reserved for the end of the run."""


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Audit `{"workspaceIds": [...]}`, or every workspace. Returns the differences, in milli-credits."""
    report = wiring.reconcile_ledger(settings.load(Env))(
        event.get("workspaceIds"), may_go_on=lambda: context.get_remaining_time_in_millis() > _TIME_TO_REPORT
    )
    count("LedgerDifference", report.total_difference)
    count("WalletsUnchecked", report.unchecked)
    count(RECORDS_SET_ASIDE, report.failed)
    counts = {"wallets": report.wallets, "unchecked": report.unchecked, "failed": report.failed}
    logger.info("ledger reconciled", extra=counts)
    return {
        **counts,
        "difference": report.total_difference,
        "differences": [
            {
                "workspaceId": found.workspace_id,
                "what": found.what,
                "expected": found.expected,
                "found": found.found,
            }
            for found in report.differences
        ],
    }
