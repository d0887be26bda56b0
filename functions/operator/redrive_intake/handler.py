"""Invoked by an operator: take messages of the intake once more that were set aside."""

from __future__ import annotations

from typing import Any, Final

from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.observability import instrumented, logger
from easel.wiring.generations import take_intake as wiring

Env = wiring.TakeEnv

_MOST: Final = 100


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:  # noqa: ARG001 - Lambda's signature
    """Take up to {limit?} messages, at most 100. Counts of outcomes; `left` are still set aside."""
    counts = wiring.redrive_intake(settings.load(Env))(min(int(event.get("limit", _MOST)), _MOST))
    logger.info("intake redriven", extra={"outcomes": dict(counts)})
    return dict(counts)
