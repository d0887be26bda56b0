"""The HTTP API's authorizer: finds out who is calling and leaves the refusing to the functions behind it."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import bootstrap, settings
from easel.http import events, identity
from easel.observability import describe_error, instrumented, logger


class Env(settings.Settings):
    """What this function needs of its environment."""

    CORE_TABLE_NAME: settings.Text


@instrumented
def lambda_handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer an authorizer event of payload 2.0 with a simple response.

    Always authorized: an HTTP API can neither shape its own 401 nor give it a body. The context says who it is, or why
    that is unknown, and every private route refuses when it does not name a principal.
    """
    events.begin(event)
    return {"isAuthorized": True, "context": _finding(identity.bearer_token(events.header(event, "authorization")))}


def _finding(token: str | None) -> dict[str, str]:
    if token is None:
        return identity.not_found("missing")
    try:
        principal = bootstrap.authenticate(settings.load(Env))(token) if token else None
    except Exception as error:  # noqa: BLE001 - the caller gets our 503 instead of the gateway's empty 500
        logger.error("credential not checked", extra=describe_error(error))
        return identity.not_found("unavailable")
    return identity.found(principal) if principal else identity.not_found("invalid")
