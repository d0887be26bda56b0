"""Every hour: remove uploads that nothing uses and whose time is over, and pictures whose time in the trash is over."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.observability import RECORDS_SET_ASIDE, count, instrumented, logger
from easel.wiring.images.deletion import DeleteEnv
from easel.wiring.images.trash import empty_trash
from easel.wiring.uploads.remove_uploads import RemoveUploadsEnv, sweep_uploads


class Env(DeleteEnv, RemoveUploadsEnv):
    """Environment of this function."""


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:  # noqa: ARG001 - Lambda's signature
    """Sweep once."""
    env = settings.load(Env)
    uploads = sweep_uploads(env)()
    pictures = empty_trash(env)(context.aws_request_id)
    counts = uploads + pictures
    count(RECORDS_SET_ASIDE, counts.failed)
    if counts.done:
        logger.info("uploads and pictures removed", extra={"uploads": uploads.done, "pictures": pictures.done})
    return {"removed": counts.done, "failed": counts.failed, "left": counts.left}
