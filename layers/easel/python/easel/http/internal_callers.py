"""Programs that sign with AWS credentials, at addresses below `/internal`: API Gateway checks the signature (SigV4).

Programs in the team's own networks, which send no credential at all, are the authorizer's: `trusted_networks`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from easel.http import events, gateway, identity
from easel.http.resolver import Resolver
from easel.observability import describe_error, instrumented, logger
from easel.services.accounts.principal import Principal

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

FindCaller = Callable[[str], Principal | None]
"""The caller that an operator has bound to a sender's id."""


def signed_entry(app: Resolver, find: FindCaller) -> gateway.Entry:
    """The Lambda entry point of a function with routes whose requests are signed, beside others."""
    serve = gateway.entry(app)

    def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        return serve(_with_caller(event, find), context)

    return instrumented(lambda_handler)


def _with_caller(event: dict[str, Any], find: FindCaller) -> dict[str, Any]:
    """The event with who signed it, in the place where the authorizer puts a caller."""
    signer = events.signer(event)
    if signer is None:
        return event
    try:
        principal = find(signer)
    except Exception as error:  # noqa: BLE001 - the caller gets our 503, as from the authorizer
        logger.error("signer not looked up", extra=describe_error(error))
        known = identity.not_found("unavailable")
    else:
        known = identity.found(principal) if principal else identity.not_found("invalid")
    context = event["requestContext"]
    return {**event, "requestContext": {**context, "authorizer": {**context["authorizer"], "lambda": known}}}
