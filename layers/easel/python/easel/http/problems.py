"""Every failure as one body: RFC 9457 plus a stable code, the fields at fault and the request id.

`KINDS` is the one table from error classes to HTTP. `install` makes a resolver answer with it, `answer` does the same
for what goes wrong outside of a resolver.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
)

from easel import errors
from easel.domain.credits import MILLI
from easel.http import bodies, documentation, validation
from easel.http.failures import InternalError, MalformedBody, MethodNotAllowed, PictureGone, RouteNotFound
from easel.http.schemas.failures import Problem, ProblemDetail, ProblemError
from easel.observability import describe_error, logger, request_id

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

MEDIA_TYPE: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """What HTTP says about a class of errors. `retryable`: the same request may succeed later, unchanged."""

    status: HTTPStatus
    title: str
    retryable: bool = False


KINDS: Final[Mapping[type[errors.EaselError], Kind]] = {
    errors.InvalidRequest: Kind(HTTPStatus.BAD_REQUEST, "The request breaks a rule"),
    MalformedBody: Kind(HTTPStatus.BAD_REQUEST, "The body cannot be read as JSON"),
    errors.UnknownModel: Kind(HTTPStatus.BAD_REQUEST, "There is no such model"),
    errors.UnknownTemplate: Kind(HTTPStatus.BAD_REQUEST, "There is no such prompt template"),
    errors.InvalidCursor: Kind(HTTPStatus.BAD_REQUEST, "The cursor was not issued for this list"),
    errors.QuoteExpired: Kind(HTTPStatus.BAD_REQUEST, "The quote has run out"),
    errors.Unauthenticated: Kind(HTTPStatus.UNAUTHORIZED, "There is no credential, or none that counts"),
    errors.InsufficientCredits: Kind(HTTPStatus.PAYMENT_REQUIRED, "The wallet has too few credits"),
    errors.BudgetExceeded: Kind(HTTPStatus.PAYMENT_REQUIRED, "A monthly budget has too little left"),
    errors.Forbidden: Kind(HTTPStatus.FORBIDDEN, "The credential lacks a scope"),
    errors.NotFound: Kind(HTTPStatus.NOT_FOUND, "There is nothing under this id in the workspace"),
    RouteNotFound: Kind(HTTPStatus.NOT_FOUND, "There is nothing at this address"),
    MethodNotAllowed: Kind(HTTPStatus.METHOD_NOT_ALLOWED, "The address takes other methods"),
    errors.Conflict: Kind(HTTPStatus.CONFLICT, "The thing is not in the state that this needs"),
    errors.GenerationClosed: Kind(HTTPStatus.CONFLICT, "The generation has ended"),
    errors.TooManyGrants: Kind(HTTPStatus.CONFLICT, "The wallet holds as many grants as it can"),
    errors.TooManyTemplates: Kind(HTTPStatus.CONFLICT, "There are as many prompt templates or versions as may be"),
    errors.StaleWrite: Kind(HTTPStatus.CONFLICT, "The thing has changed meanwhile", retryable=True),
    PictureGone: Kind(HTTPStatus.GONE, "The image failed or was cancelled and will not come"),
    errors.PayloadTooLarge: Kind(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large"),
    errors.UnsupportedMediaType: Kind(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body is of a type that is not read here"),
    errors.IdempotencyKeyReused: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "The key was used before with another request"),
    errors.GrantIdReused: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "The grant id was used before for another grant"),
    errors.ImageRejected: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "The bytes are no picture that is accepted"),
    errors.ReferenceUnavailable: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "A reference picture cannot be fetched"),
    errors.LimitReached: Kind(HTTPStatus.TOO_MANY_REQUESTS, "A limit is reached", retryable=True),
    errors.RateLimited: Kind(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests in this window of time", retryable=True),
    InternalError: Kind(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong on our side", retryable=True),
    errors.ProviderError: Kind(HTTPStatus.BAD_GATEWAY, "The provider did not deliver", retryable=True),
    errors.Contended: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "Too many do the same at once", retryable=True),
    errors.IdentityUnavailable: Kind(
        HTTPStatus.SERVICE_UNAVAILABLE, "Credentials cannot be checked now", retryable=True
    ),
    errors.DatabaseRefused: Kind(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong on our side"),
    errors.Unavailable: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "Something that we need does not answer", retryable=True),
    errors.DatabaseUnavailable: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "The database does not answer", retryable=True),
    errors.StorageUnavailable: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "The storage does not answer", retryable=True),
    errors.QueueUnavailable: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "The queue does not answer", retryable=True),
}

_ALREADY_RUNNING: Final = Kind(HTTPStatus.CONFLICT, "As many as may run at once are running", retryable=True)
"""For the limit that is about state and not about time: what runs has to end first."""

_RETRY_AFTER_SECONDS: Final = 1


def kind_of(error: errors.EaselError) -> Kind:
    """The entry of `KINDS` for the error's class, or for the nearest class above it."""
    if isinstance(error, errors.LimitReached) and error.active_ids:
        return _ALREADY_RUNNING
    return next((KINDS[ancestor] for ancestor in type(error).__mro__ if ancestor in KINDS), KINDS[InternalError])


def install(app: APIGatewayHttpResolver) -> None:
    """Make every failure inside of `app` leave in our shape, those of the framework included."""

    def answer_in_app(error: Exception) -> Response[str]:
        event = app.current_event
        return answer(_in_callers_words(_translate(error, app), app), event.path, event.http_method)

    app.exception_handler(Exception)(answer_in_app)


def answer(error: Exception, path: str, method: str = "") -> Response[str]:
    """The answer to a failed request, logged once: refusals as events, faults of ours with where they happened."""
    known = error if isinstance(error, errors.EaselError) else InternalError("Something went wrong on our side.")
    if isinstance(known, RouteNotFound) and (allowed := documentation.methods_at(path)) and method not in allowed:
        known = MethodNotAllowed(method, allowed)
    kind = kind_of(known)
    if kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("request failed", extra={"code": known.code, **describe_error(error)})
    else:
        logger.info("request refused", extra={"code": known.code, "status": kind.status.value})
    return Response(
        kind.status.value, content_type=MEDIA_TYPE, headers=_headers(known, kind), body=_body(known, kind, path)
    )


def _translate(error: Exception, app: APIGatewayHttpResolver) -> Exception:
    """The framework's errors in our words."""
    if isinstance(error, RequestValidationError):
        return validation.to_invalid_request(error.errors(), validation.known_fields(app))
    if isinstance(error, RequestUnsupportedContentType):
        return errors.UnsupportedMediaType("Send the body as application/json.")
    if isinstance(error, NotFoundError):
        return RouteNotFound("There is nothing at this address.")
    return error


def _in_callers_words(error: Exception, app: APIGatewayHttpResolver) -> Exception:
    """Name fields as the caller spelled them: our rules speak camelCase, requests may come in snake_case."""
    if not isinstance(error, errors.InvalidRequest) or not error.fields:
        return error
    sent = bodies.sent_fields(app.current_event.raw_event)
    renamed = [errors.FieldError(_spelling(fault.field, sent), fault.message, fault.allowed) for fault in error.fields]
    return type(error)(error.message, renamed)


def _spelling(field: str, sent: Mapping[str, Any]) -> str:
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", field).lower()
    return snake if field not in sent and snake in sent else field


def _headers(error: errors.EaselError, kind: Kind) -> dict[str, str | list[str]]:
    headers: dict[str, str | list[str]] = {"Cache-Control": "no-store"}
    if isinstance(error, errors.Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="easel"'
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = ", ".join(error.allowed)
    if pause := _retry_after(error, kind):
        headers["Retry-After"] = str(pause)
    return headers


def _retry_after(error: errors.EaselError, kind: Kind) -> int | None:
    """In how many seconds it is worth another try: what the error knows, or a moment where all of it was bad luck."""
    known: float | None = getattr(error, "retry_after", None)
    if known is not None:
        return max(1, ceil(known))
    return _RETRY_AFTER_SECONDS if kind.status is HTTPStatus.SERVICE_UNAVAILABLE else None


def _body(error: errors.EaselError, kind: Kind, path: str) -> str:
    details = [
        ProblemDetail(field=fault.field, message=fault.message, allowed=fault.allowed) for fault in _facts(error)
    ]
    running = error.active_ids if isinstance(error, errors.LimitReached) else ()
    problem = Problem(
        type=f"/docs#{error.code}",
        title=kind.title,
        status=kind.status.value,
        detail=error.message,
        instance=path,
        error=ProblemError(code=error.code, message=error.message, details=details, retryable=kind.retryable),
        request_id=request_id(),
        active_request_id=running[0] if running else None,
    )
    left_out = set() if running else {"active_request_id"}
    # Escaped to ASCII, so that whatever a caller's path or field name holds can be written.
    return json.dumps(problem.model_dump(by_alias=True, exclude=left_out), separators=(",", ":"))


def _facts(error: errors.EaselError) -> Sequence[errors.FieldError]:
    """What a program wants to know beyond the code: the fields at fault, or the numbers behind a refusal."""
    if isinstance(error, errors.InvalidRequest):
        return error.fields
    if isinstance(error, errors.InsufficientCredits):
        amounts = {"required": _credits(error.required), "available": _credits(error.available)}
        return [errors.FieldError("credits", error.message, amounts)]
    if isinstance(error, errors.BudgetExceeded):
        numbers = {"required": error.required, "limit": error.limit, "used": error.used}
        amounts = {name: _credits(number) for name, number in numbers.items()}
        return [errors.FieldError(f"{error.kind}_budget", error.message, amounts)]
    if isinstance(error, errors.LimitReached):
        return [
            errors.FieldError(error.kind, error.message, {"maximum": error.limit, "active": list(error.active_ids)})
        ]
    return ()


def _credits(milli_credits: int) -> dict[str, float]:
    return {"milliCredits": milli_credits, "credits": milli_credits / MILLI}
