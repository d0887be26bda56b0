"""The one table from error classes to HTTP, for every door: status, title, whether the same request may succeed later.

How a failure is written belongs to the door that answers; see `door.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from math import ceil
from typing import Final

from easel import errors
from easel.domain.credits import MILLI
from easel.http.failures import InternalError, MalformedBody, MethodNotAllowed, PictureGone, RouteNotFound


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
    errors.ImagingUnavailable: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "Pictures cannot be processed", retryable=True),
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


def retry_after(error: errors.EaselError, kind: Kind) -> int | None:
    """In how many seconds to retry: what the error says, else a moment for 503; None where a retry cannot help."""
    seconds: float | None = getattr(error, "retry_after", None)
    if seconds is not None:
        return max(1, ceil(seconds))
    return _RETRY_AFTER_SECONDS if kind.status is HTTPStatus.SERVICE_UNAVAILABLE else None


def details_of(error: errors.EaselError) -> Sequence[errors.FieldError]:
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
