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
from easel.http.failures import (
    GenerationFailed,
    InternalError,
    MalformedBody,
    MalformedForm,
    MethodNotAllowed,
    PictureGone,
    RefusedByPolicy,
    RefusedInput,
    RouteNotFound,
    StillRunning,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """What HTTP says about a class of errors. `retryable`: the same request may succeed later, unchanged."""

    status: HTTPStatus
    title: str
    retryable: bool = False


KINDS: Final[Mapping[type[errors.EaselError], Kind]] = {
    errors.InvalidRequest: Kind(HTTPStatus.BAD_REQUEST, "The request is not valid"),
    MalformedForm: Kind(HTTPStatus.BAD_REQUEST, "The body is not a valid form"),
    MalformedBody: Kind(HTTPStatus.BAD_REQUEST, "The body is not valid JSON"),
    errors.UnknownModel: Kind(HTTPStatus.BAD_REQUEST, "Unknown model"),
    errors.UnknownTemplate: Kind(HTTPStatus.BAD_REQUEST, "Unknown prompt template"),
    errors.UnknownReference: Kind(HTTPStatus.NOT_FOUND, "Unknown reference picture"),
    errors.ReferenceNotReady: Kind(HTTPStatus.CONFLICT, "A reference picture is not ready", retryable=True),
    errors.InvalidCursor: Kind(HTTPStatus.BAD_REQUEST, "Invalid cursor"),
    errors.QuoteExpired: Kind(HTTPStatus.BAD_REQUEST, "The quote has expired"),
    errors.Unauthenticated: Kind(HTTPStatus.UNAUTHORIZED, "Authentication is required"),
    errors.PasswordRequired: Kind(HTTPStatus.UNAUTHORIZED, "A password is required"),
    errors.InsufficientCredits: Kind(HTTPStatus.PAYMENT_REQUIRED, "Not enough credits"),
    errors.BudgetExceeded: Kind(HTTPStatus.PAYMENT_REQUIRED, "A monthly budget is exceeded"),
    errors.Forbidden: Kind(HTTPStatus.FORBIDDEN, "The credential lacks a permission"),
    errors.NotFound: Kind(HTTPStatus.NOT_FOUND, "Not found in this workspace"),
    RouteNotFound: Kind(HTTPStatus.NOT_FOUND, "Unknown address"),
    MethodNotAllowed: Kind(HTTPStatus.METHOD_NOT_ALLOWED, "Method not allowed"),
    errors.Conflict: Kind(HTTPStatus.CONFLICT, "Conflict with the current state"),
    errors.GenerationClosed: Kind(HTTPStatus.CONFLICT, "The generation has already ended"),
    errors.LastOwner: Kind(HTTPStatus.CONFLICT, "A workspace needs an owner"),
    errors.WalletMissing: Kind(HTTPStatus.CONFLICT, "The workspace has no wallet yet"),
    errors.TooManyShares: Kind(HTTPStatus.CONFLICT, "The maximum number of shares is reached"),
    errors.TooManyGrants: Kind(HTTPStatus.CONFLICT, "The maximum number of grants is reached"),
    errors.TooManyTemplates: Kind(HTTPStatus.CONFLICT, "The maximum number of prompt templates or versions is reached"),
    errors.TooManyWebhooks: Kind(HTTPStatus.CONFLICT, "The maximum number of webhook endpoints is reached"),
    errors.UploadNotReady: Kind(HTTPStatus.CONFLICT, "The upload is not ready", retryable=True),
    errors.UploadInUse: Kind(HTTPStatus.CONFLICT, "The upload is in use"),
    errors.TooManyAttachments: Kind(HTTPStatus.CONFLICT, "The maximum number of uses of an upload is reached"),
    errors.StaleWrite: Kind(HTTPStatus.CONFLICT, "Changed by another request", retryable=True),
    PictureGone: Kind(HTTPStatus.GONE, "The image failed or was cancelled"),
    errors.PayloadTooLarge: Kind(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large"),
    errors.ProvidersNotConfigured: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "No provider is set up"),
    errors.TicketsRequired: Kind(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The files need upload tickets"),
    errors.UnsupportedMediaType: Kind(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Unsupported media type"),
    errors.IdempotencyKeyReused: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "Idempotency-Key reused with another request"),
    errors.GrantIdReused: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "Grant id reused for another grant"),
    errors.ImageRejected: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "Not an accepted image"),
    errors.ReferenceUnavailable: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "A reference image cannot be fetched"),
    errors.LimitReached: Kind(HTTPStatus.TOO_MANY_REQUESTS, "A limit is reached", retryable=True),
    errors.RateLimited: Kind(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests", retryable=True),
    # It was not foreseen, so nothing says that it passes: the same request most likely fails again.
    InternalError: Kind(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal error"),
    # The doors of the seeds answer so; the canonical door shows a failed generation with 200.
    GenerationFailed: Kind(HTTPStatus.INTERNAL_SERVER_ERROR, "The image could not be made"),
    RefusedByPolicy: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "Refused by the provider's content policy"),
    RefusedInput: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "A picture or parameter cannot be used"),
    StillRunning: Kind(HTTPStatus.GATEWAY_TIMEOUT, "The images are still being made", retryable=True),
    errors.ProviderError: Kind(HTTPStatus.BAD_GATEWAY, "The provider failed", retryable=True),
    errors.Contended: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "Too many concurrent changes", retryable=True),
    errors.IdentityUnavailable: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "Credentials cannot be checked", retryable=True),
    errors.DatabaseRefused: Kind(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal error"),
    errors.Unavailable: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "A dependency is unavailable", retryable=True),
    errors.DatabaseUnavailable: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "The database is unavailable", retryable=True),
    errors.ImagingUnavailable: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "Image processing is unavailable", retryable=True),
    errors.WorkflowUnavailable: Kind(
        HTTPStatus.SERVICE_UNAVAILABLE, "The workflow service is unavailable", retryable=True
    ),
    errors.SecretUnavailable: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "A secret cannot be read", retryable=True),
    errors.StorageUnavailable: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "The object store is unavailable", retryable=True),
    errors.QueueUnavailable: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "The queue is unavailable", retryable=True),
}

_ALREADY_RUNNING: Final = Kind(HTTPStatus.CONFLICT, "The maximum number of generations is running", retryable=True)
"""Of a limit on what runs at once: 409 and not 429, since something has to end first."""

_RETRY_AFTER_SECONDS: Final = 1
_CREDENTIALS: Final = ("Bearer ek_...", "Bearer <access token>")


def kind_of(error: errors.EaselError) -> Kind:
    """The entry of `KINDS` for the error's class, or for the nearest class above it."""
    if isinstance(error, errors.LimitReached) and error.active_ids:
        return _ALREADY_RUNNING
    return next((KINDS[ancestor] for ancestor in type(error).__mro__ if ancestor in KINDS), KINDS[InternalError])


def may_succeed_later(error: errors.EaselError, kind: Kind) -> bool:
    """Whether the same request may succeed later: what a failed generation says of itself, else its kind."""
    return error.retryable if isinstance(error, GenerationFailed) else kind.retryable


def retry_after(error: errors.EaselError, kind: Kind) -> int | None:
    """In how many seconds to retry: what the error says, else a moment for 503; None where a retry cannot help."""
    seconds: float | None = getattr(error, "retry_after", None)
    if seconds is not None:
        return max(1, ceil(seconds))
    return _RETRY_AFTER_SECONDS if kind.status is HTTPStatus.SERVICE_UNAVAILABLE else None


def details_of(error: errors.EaselError) -> Sequence[errors.FieldError]:
    """What a program wants to know beyond the code: the fields at fault, or the numbers behind a refusal."""
    if isinstance(error, errors.InvalidRequest | errors.GrantIdReused):
        return error.fields
    if isinstance(error, errors.CredentialMissing):
        return [errors.FieldError("Authorization", "Send a key or a token of a person.", list(_CREDENTIALS))]
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
    return _file_details(error)


def _file_details(error: errors.EaselError) -> Sequence[errors.FieldError]:
    """The files at fault, by the fields of the form."""
    if isinstance(error, errors.TicketsRequired):
        message = "Send the file with this ticket."
        return [errors.FieldError(field, message, dict(ticket)) for field, ticket in error.tickets]
    if isinstance(error, errors.ImageRejected) and error.field:
        return [errors.FieldError(error.field, error.message, {"reason": error.reason.value})]
    return ()


def _credits(milli_credits: int) -> dict[str, float]:
    return {"milliCredits": milli_credits, "credits": milli_credits / MILLI}
