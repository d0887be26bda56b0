"""The OpenAI door: how its failures look, what its clients' retries are told, and the headers of every answer.

Clients read `error.code`, `error.type` and `error.param`, retry 408, 409, 429 and 5xx unless `x-should-retry` says
otherwise, and wait `retry-after-ms` or `Retry-After` before (openai-python 3.57, openai-node 6.49).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from pydantic import Field

from easel import errors
from easel.domain import image
from easel.http import failures, rates
from easel.http.door import Door, DoorName, Failure, Served, WrittenFailure
from easel.http.failures import (
    GenerationFailed,
    InternalError,
    MethodNotAllowed,
    PictureGone,
    RefusedByPolicy,
    RouteNotFound,
    StillRunning,
)
from easel.http.models import AnswerModel
from easel.http.problems import KINDS
from easel.ids import MAX_IMAGES
from easel.suggestions import allowed_values

GENERATION_HEADER: Final = "x-easel-generation-id"
VERSION: Final = "2020-10-01"
"""Of OpenAI's API, as its answers name it."""
_PAUSE_SECONDS: Final = 5
"""When to try again where a running generation has to end first."""
_LONGEST_PAUSE: Final = 60
"""Clients do not wait longer, but try again at once: then they had better not."""

_INVALID: Final = "invalid_request_error"
_SERVER: Final = "server_error"

_CODES: Final[Mapping[type[errors.EaselError], tuple[HTTPStatus | None, str, str]]] = {
    errors.InvalidRequest: (None, _INVALID, "invalid_value"),
    errors.UnknownModel: (HTTPStatus.NOT_FOUND, _INVALID, "model_not_found"),
    errors.ImageRejected: (HTTPStatus.BAD_REQUEST, _INVALID, "invalid_image_file"),
    errors.ReferenceUnavailable: (HTTPStatus.BAD_REQUEST, _INVALID, "invalid_image_url"),
    errors.Unauthenticated: (None, _INVALID, "invalid_api_key"),
    errors.Forbidden: (None, _INVALID, "insufficient_permissions"),
    errors.NotFound: (None, _INVALID, "not_found"),
    RouteNotFound: (None, _INVALID, "unknown_url"),
    MethodNotAllowed: (None, _INVALID, "method_not_allowed"),
    PictureGone: (None, _INVALID, "not_found"),
    errors.InsufficientCredits: (None, "insufficient_quota", "insufficient_quota"),
    errors.BudgetExceeded: (None, "insufficient_quota", "insufficient_quota"),
    errors.LimitReached: (HTTPStatus.TOO_MANY_REQUESTS, "requests", "rate_limit_exceeded"),
    errors.IdempotencyKeyReused: (None, _INVALID, "idempotency_key_reused"),
    errors.Conflict: (None, _INVALID, "conflict"),
    errors.PayloadTooLarge: (None, _INVALID, "payload_too_large"),
    errors.UnsupportedMediaType: (None, _INVALID, "unsupported_media_type"),
    RefusedByPolicy: (HTTPStatus.BAD_REQUEST, _INVALID, "content_policy_violation"),
    GenerationFailed: (None, _SERVER, "generation_failed"),
    StillRunning: (None, _SERVER, "still_running"),
    errors.ProviderError: (None, _SERVER, "provider_error"),
    errors.Unavailable: (None, _SERVER, "service_unavailable"),
    InternalError: (None, _SERVER, "internal_error"),
}
"""Status (None: that of all doors), type and code, by the nearest class; every other error is an internal one."""

_CALLERS_FAULT: Final[Mapping[str, type[errors.EaselError]]] = {
    error.code: error for error in (RefusedByPolicy, errors.ReferenceUnavailable, errors.ImageRejected)
} | {"provider_rejected_input": errors.InvalidRequest}
"""Codes of images that failed for something in the request: the error that the same fault is at submit."""

_ABOUT_PICTURES: Final = (errors.ReferenceUnavailable, errors.ImageRejected)

_PARAMS: Final[Mapping[str, str]] = {"size_policy": "size", "reference_urls": "image", "reference_file_ids": "image"}
"""Names of our own rules, as clients of this door know them."""


class OpenAIError(AnswerModel):
    """The failure as OpenAI's clients read it."""

    message: str
    type: str
    param: str | None = Field(description="The field at fault, if it is one.")
    code: str = Field(description="Stable: switch on it.")


class OpenAIFailure(AnswerModel):
    """Every failure of the routes below `/v1`, with the fields of RFC 9457."""

    error: OpenAIError
    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str


def write_failure(failure: Failure) -> WrittenFailure:
    """A failure as an `OpenAIFailure`, with what a retry is told."""
    error = failure.error
    own_status, kind, code = _entry(type(error))
    status = own_status or failure.kind.status
    body = OpenAIFailure(
        error=OpenAIError(message=_message(failure), type=kind, param=_param(failure), code=code),
        type=f"/docs#{error.code}",
        title=failure.kind.title,
        status=status.value,
        detail=error.message,
        instance=failure.path,
        request_id=failure.request_id,
    )
    return WrittenFailure(body.model_dump(by_alias=True), status=status.value, headers=_retry_headers(failure))


def code_of(error: type[errors.EaselError]) -> tuple[int, str, str]:
    """Status, type and code of the errors of a class."""
    own_status, kind, code = _entry(error)
    status = own_status or next(KINDS[one].status for one in (*error.__mro__, InternalError) if one in KINDS)
    return status.value, kind, code


def param_of(field: str) -> str | None:
    """The name of a field as clients of this door know it; None for what is no field of theirs."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", field).lower()
    plain = name.partition("[")[0].partition(".")[0]
    if plain in {"references", "body"}:
        return None if plain == "body" else "image"
    return _PARAMS.get(plain, name)


def error_of_failure(code: str) -> type[errors.EaselError]:
    """The class of the error that a generation without images is answered with, by the code of its failure."""
    return _CALLERS_FAULT.get(code, GenerationFailed)


def param_of_error(error: type[errors.EaselError]) -> str | None:
    """The field that errors of a class are about where they name none."""
    return "image" if issubclass(error, _ABOUT_PICTURES) else None


def failed_generation(failure: image.Failure | None) -> errors.EaselError:
    """The error for a generation that ended without an image: the caller's where only another request can succeed."""
    kind = error_of_failure(failure.code) if failure else GenerationFailed
    if failure is None or issubclass(kind, GenerationFailed):
        return failures.failed_generation(failure)
    return kind(failure.message)


def _entry(error: type[errors.EaselError]) -> tuple[HTTPStatus | None, str, str]:
    return next(_CODES[one] for one in (*error.__mro__, InternalError) if one in _CODES)


def headers(served: Served) -> Mapping[str, str]:
    """On every answer: the time it took, the version of the API, and what is left of the tightest rate limit.

    A request may ask for ten images, so the limit on images is ten times that on requests.
    """
    own = {"openai-processing-ms": str(served.milliseconds), "openai-version": VERSION}
    tightest = rates.counted(served.event).tightest
    if tightest is None:
        return own
    limit, left = tightest.window.limit, tightest.remaining
    counts = {"requests": (limit, left), "images": (limit * MAX_IMAGES, left * MAX_IMAGES)}
    for name, (most, remaining) in counts.items():
        own[f"x-ratelimit-limit-{name}"] = str(most)
        own[f"x-ratelimit-remaining-{name}"] = str(remaining)
        own[f"x-ratelimit-reset-{name}"] = f"{tightest.resets_in}s"
    return {**rates.headers(served.event, served.at), **own}


def _retry_headers(failure: Failure) -> dict[str, str]:
    error = failure.error
    if isinstance(error, StillRunning):
        return {GENERATION_HEADER: error.generation_id, "retry-after-ms": "1", "x-should-retry": "true"}
    if isinstance(error, errors.LimitReached):
        pause = failure.retry_after or _PAUSE_SECONDS
        # openai-python and openai-node read the milliseconds first; other clients know seconds alone.
        waits = {"Retry-After": str(pause), "retry-after-ms": str(pause * 1000)}
        return {**waits, "x-should-retry": _flag(pause <= _LONGEST_PAUSE)}
    return {"x-should-retry": _flag(failure.retryable)}


def _flag(value: bool) -> str:  # noqa: FBT001 - the only argument
    return str(value).lower()


def _message(failure: Failure) -> str:
    """What is wrong, and with a field what is allowed: clients have no other member for it."""
    error = failure.error
    fault = error.fields[0] if isinstance(error, errors.InvalidRequest) and len(error.fields) == 1 else None
    return error.message + (allowed_values(fault.allowed, error.message) if fault else "")


def _param(failure: Failure) -> str | None:
    if isinstance(failure.error, errors.ImageRejected) and failure.error.field:
        return failure.error.field
    if not isinstance(failure.error, errors.InvalidRequest) or not failure.details:
        return param_of_error(type(failure.error))
    return param_of(failure.details[0].field)


OPENAI: Final = Door(DoorName.OPENAI, write_failure, OpenAIFailure, headers=headers)
