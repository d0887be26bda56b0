"""Every hour: remove uploads that nothing uses and whose time is over."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.observability import RECORDS_SET_ASIDE, count, instrumented, logger
from easel.wiring.uploads import remove_uploads as wiring

Env = wiring.RemoveUploadsEnv


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:  # noqa: ARG001 - Lambda's signature
    """Sweep once."""
    counts = wiring.sweep_uploads(settings.load(Env))()
    count(RECORDS_SET_ASIDE, counts.failed)
    if counts.done:
        logger.info("uploads removed", extra={"uploads": counts.done})
    return {"removed": counts.done, "failed": counts.failed, "left": counts.left}
