"""Daily, or invoked by hand: compare the catalogue with the vendors' model lists."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.domain.catalogue.watch import Finding, Observation
from easel.errors import QueueUnavailable
from easel.observability import RECORDS_SET_ASIDE, count, instrumented, logger
from easel.wiring.catalogue import check_catalogue as wiring

Env = wiring.CatalogueCheckEnv


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - AWS's signature
    """Check every configured provider. Returns the findings."""
    report = wiring.check_catalogue(settings.load(Env))(context.aws_request_id)
    found = [observation.what for observation in report.observations]
    for what in Finding:
        count("CatalogueFindings", found.count(what), finding=what.value)
    count("ModelsMissing", found.count(Finding.MISSING))
    count("ModelListsUnchecked", len(report.unchecked))
    count(RECORDS_SET_ASIDE, report.failed)
    answer = {"findings": [_said(one) for one in report.observations], "unchecked": dict(report.unchecked)}
    logger.info("catalogue checked", extra=answer)
    if report.failed:
        # Lambda retries the whole check; published events are sent again under the same id.
        raise QueueUnavailable(f"{report.failed} findings could not be published.")
    return answer


def _said(observation: Observation) -> dict[str, Any]:
    return {
        "what": observation.what.value,
        "model": observation.model.id,
        "provider": observation.provider,
        "upstreamModel": observation.upstream_model,
        "on": observation.on.isoformat(),
        "daysLeft": observation.days_left,
    }
