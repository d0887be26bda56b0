"""Invoked after a deployment: lay down the data of the release, unless `RUN_MIGRATIONS=false` says not to."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.observability import instrumented, logger
from easel.services.catalogue.lay_down_data import Outcome
from easel.wiring.catalogue import lay_down_data as wiring
from easel.wiring.env import CoreTable as Env


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Handle any event. It may be repeated: a version that is there stays as it is."""
    answer = {}
    for laid_down in wiring.lay_down_data(settings.load(Env)):
        facts = {"version": laid_down.data.version, "outcome": laid_down.outcome.value}
        say = logger.error if laid_down.outcome is Outcome.CHANGED else logger.info
        say("data of the release", extra={"data": laid_down.data.name, **facts})
        answer[laid_down.data.name] = facts
    return answer
