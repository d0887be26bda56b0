"""The HTTP API's authorizer: finds out who is calling and leaves the refusing to the functions behind it."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.errors import Forbidden, NotFound, Unauthenticated
from easel.http import events, identity, rates
from easel.observability import describe_error, instrumented, logger
from easel.wiring.accounts import authorize_request as wiring

Env = wiring.AuthorizerEnv


@instrumented
def lambda_handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer an authorizer event of payload 2.0 with a simple response.

    Always authorized: an HTTP API can neither shape its own 401 nor give it a body. The context says who it is, or why
    that is unknown, and every private route refuses when it does not name a principal. Only what goes around the edge,
    where there is one, is refused at once: it costs no look at a credential.
    """
    events.begin(event)
    if not events.came_through_the_edge(event):
        return {"isAuthorized": False}
    return {"isAuthorized": True, "context": _counted(_finding(event), event)}


def _finding(event: dict[str, Any]) -> dict[str, str]:
    try:
        credential = identity.credential(event)
        if credential is None:
            return identity.not_found("missing")
        return identity.found(wiring.authenticate(settings.load(Env))(credential))
    except (Unauthenticated, Forbidden, NotFound) as refusal:
        return identity.refused(refusal)
    except Exception as error:  # noqa: BLE001 - the caller gets our 503 instead of the gateway's empty 500
        logger.error("credential not checked", extra=describe_error(error))
        return identity.not_found("unavailable")


def _counted(context: dict[str, str], event: dict[str, Any]) -> dict[str, str]:
    """The context with how many requests are left; a request too many is marked as such and names nobody."""
    if context.get("failure") == "unavailable":
        return context
    caller, address = context.get("principal"), events.source_address(event)
    try:
        limits = wiring.rate_limits(settings.load(Env))
        decision = limits.caller(identity.from_json(caller), address) if caller else limits.stranger(address)
    except Exception as error:  # noqa: BLE001 - a limit that cannot be kept must not keep everybody out
        logger.error("request not counted", extra=describe_error(error))
        return context
    return rates.label(context, decision)
