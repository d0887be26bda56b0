"""The HTTP API's Lambda authorizer: identifies the caller; the functions behind it refuse."""

from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.errors import Forbidden, NotFound, Unauthenticated
from easel.http import events, identity, rates, trusted_networks
from easel.observability import describe_error, instrumented, logger
from easel.wiring.accounts import authorize_request as wiring
from easel.wiring.prepared import prepared

Env = wiring.AuthorizerEnv


@partial(instrumented, prepare=prepared(Env, wiring.authenticate, wiring.rate_limits))
def lambda_handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer an authorizer event of payload 2.0 with a simple response.

    Always authorized, since an HTTP API's own 401 has no body. The context has the principal, or why there is none, and
    every private route refuses requests without one. Only requests that bypass the edge, if there is one, are refused
    here, before the credential is read.
    """
    events.begin(event)
    if not events.came_through_the_edge(event):
        return {"isAuthorized": False}
    return {"isAuthorized": True, "context": _counted(_finding(event), event)}


def _finding(event: dict[str, Any]) -> dict[str, str]:
    try:
        env, credential = settings.load(Env), identity.credential(event)
        if credential is not None:
            return identity.found(wiring.authenticate(env)(credential))
        internal = trusted_networks.is_from_networks(event, env.INTERNAL_NETWORKS)
        principal = wiring.internal_callers(env)(wiring.NETWORK) if internal else None
        return identity.found(principal) if principal else identity.not_found("missing")
    except (Unauthenticated, Forbidden, NotFound) as refusal:
        return identity.refused(refusal)
    except Exception as error:  # noqa: BLE001 - the caller gets our 503 instead of the gateway's empty 500
        logger.error("credential not checked", extra=describe_error(error))
        return identity.not_found("unavailable")


def _counted(context: dict[str, str], event: dict[str, Any]) -> dict[str, str]:
    """The context with the remaining requests; a request over the limit is marked and has no principal."""
    if context.get("failure") == "unavailable":
        return context
    caller, address = context.get("principal"), events.source_address(event)
    try:
        limits = wiring.rate_limits(settings.load(Env))
        decision = limits.caller(identity.from_json(caller), address) if caller else limits.stranger(address)
    except Exception as error:  # noqa: BLE001 - rate limits fail open
        logger.error("request not counted", extra=describe_error(error))
        return context
    return rates.label(context, decision)
