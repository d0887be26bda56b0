"""The workspace door: how its failures look, and its two families of rate-limit headers.

Its clients read `error.code`, `error.message`, `error.fields` of a request that is not valid and `error.details` of one
that the wallet cannot pay. The other members are those of every door.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from math import ceil
from typing import Any, Final

from pydantic import Field

from easel import errors
from easel.doors.workspace.amounts import credits_of
from easel.http import rates
from easel.http.door import Door, DoorName, Failure, Served, WrittenFailure
from easel.http.failures import (
    GenerationFailed,
    InternalError,
    MalformedBody,
    MethodNotAllowed,
    PictureGone,
    RouteNotFound,
)
from easel.http.models import AnswerModel
from easel.http.problems import KINDS, kind_of
from easel.suggestions import allowed_values

SIZES: Final = ("256x256", "512x512", "1024x1024", "1792x1024", "1024x1792")
"""The sizes of this door. Which of them a model makes is a rule of the catalogue."""

MISSING_WORKSPACE: Final = "Workspace ID is required"
INVALID_WORKSPACE: Final = "Invalid workspace ID"

_INVALID: Final = "VALIDATION_ERROR"
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_PAUSE_SECONDS: Final = 5
"""When to try again where a running generation has to end first."""

_CODES: Final[Mapping[type[errors.EaselError], str]] = {
    errors.InvalidRequest: _INVALID,
    errors.ImageRejected: _INVALID,
    errors.ReferenceUnavailable: _INVALID,
    errors.Unauthenticated: "UNAUTHORIZED",
    errors.Forbidden: "FORBIDDEN",
    errors.NotFound: "NOT_FOUND",
    RouteNotFound: "NOT_FOUND",
    MethodNotAllowed: "METHOD_NOT_ALLOWED",
    PictureGone: "IMAGE_UNAVAILABLE",
    errors.InsufficientCredits: "INSUFFICIENT_CREDITS",
    errors.BudgetExceeded: "INSUFFICIENT_CREDITS",
    errors.LimitReached: "RATE_LIMIT_EXCEEDED",
    errors.IdempotencyKeyReused: "IDEMPOTENCY_KEY_REUSED",
    errors.Conflict: "CONFLICT",
    errors.PayloadTooLarge: "PAYLOAD_TOO_LARGE",
    errors.UnsupportedMediaType: "UNSUPPORTED_MEDIA_TYPE",
    GenerationFailed: "PROVIDER_UNAVAILABLE",
    errors.ProviderError: "PROVIDER_UNAVAILABLE",
    errors.Unavailable: "SERVICE_UNAVAILABLE",
    InternalError: "INTERNAL_ERROR",
}
"""By the nearest class; every other error is an internal one."""

_MESSAGES: Final[Mapping[str, str]] = {
    _INVALID: "Invalid input data",
    "UNAUTHORIZED": "Authentication required",
    "INTERNAL_ERROR": "An error occurred while generating image",
}
"""Where the message is always the same. `detail` says more."""

_STATUSES: Final[Mapping[str, HTTPStatus]] = {
    _INVALID: HTTPStatus.BAD_REQUEST,
    "RATE_LIMIT_EXCEEDED": HTTPStatus.TOO_MANY_REQUESTS,
    "PROVIDER_UNAVAILABLE": HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Where clients of this door know one status for a code."""

_FIELD_TEXTS: Final[Mapping[tuple[str, str], str]] = {
    ("prompt", "minLength"): "Prompt is required",
    ("prompt", "maxLength"): "Prompt is too long",
}
"""By field and by what would have been accepted."""


class WorkspaceError(AnswerModel):
    """The failure for programs: switch on `code`."""

    code: str
    message: str
    fields: dict[str, list[str]] | None = Field(
        default=None, description="Only with `VALIDATION_ERROR`: what is wrong, by the names of the fields."
    )
    details: dict[str, Any] | None = Field(
        default=None,
        description="The numbers behind a refusal. With `INSUFFICIENT_CREDITS`: `required`, `available` and "
        "`shortfall`, in credits, and `topUpUrl` where they can be bought.",
    )
    retryable: bool = Field(description="Whether the same request may succeed later.")


class WorkspaceFailure(AnswerModel):
    """Every failure of the routes below `/api/ai`."""

    success: bool = Field(default=False, description="Always false.")
    error: WorkspaceError
    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str


@dataclass(frozen=True, slots=True)
class _Written:
    """What an error becomes at this door."""

    code: str
    message: str
    fields: dict[str, list[str]] | None = None
    details: dict[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def write_failure(failure: Failure) -> WrittenFailure:
    """A failure as a `WorkspaceFailure`."""
    error = failure.error
    written = _written(failure)
    status = _status(written.code, error, failure.kind.status)
    body = WorkspaceFailure(
        error=WorkspaceError(
            code=written.code,
            message=written.message,
            fields=written.fields,
            details=written.details,
            retryable=failure.retryable,
        ),
        type=f"/docs#{error.code}",
        title=failure.kind.title,
        status=status.value,
        detail=error.message,
        instance=failure.path,
        request_id=failure.request_id,
    )
    left_out = {name for name in ("fields", "details") if getattr(written, name) is None}
    return WrittenFailure(
        body.model_dump(by_alias=True, exclude={"error": left_out}), status=status.value, headers=written.headers
    )


def rate_headers(served: Served) -> Mapping[str, str]:
    """`RateLimit` and `RateLimit-Policy` for every window, `X-RateLimit-*` for the tightest, its reset in milliseconds.

    Both families say the same: `X-RateLimit-Reset` is the time of this answer and the `t` of that window.
    """
    headers = rates.headers(served.event, served.at)
    if "X-RateLimit-Reset" in headers:
        headers["X-RateLimit-Reset"] = str(int(headers["X-RateLimit-Reset"]) * 1000)
    return headers


def workspace_in(headers: Mapping[str, str], fields: Mapping[str, Any]) -> str | None:
    """The workspace that a request names, in its header or in its body."""
    named = headers.get("x-workspace-id", "").strip() or fields.get("workspaceId") or fields.get("workspace_id")
    return str(named) if named else None


def _written(failure: Failure) -> _Written:
    match failure.error:
        case errors.NotFound() if _names_no_uuid(failure):
            return _Written(_INVALID, _MESSAGES[_INVALID], fields={"workspaceId": [INVALID_WORKSPACE]})
        case errors.InvalidRequest() as error:
            return _invalid(failure, error)
        case errors.InsufficientCredits() | errors.BudgetExceeded() as short:
            return _short_of_credits(short)
        case errors.TicketsRequired() as large:
            tickets = [{"field": name, **ticket} for name, ticket in large.tickets]
            return _Written("PAYLOAD_TOO_LARGE", large.message, details={"tickets": tickets})
        case errors.LimitReached() as limit:
            return _limit(failure, limit)
    return _plain(failure.error)


def _plain(error: errors.EaselError) -> _Written:
    code = next((_CODES[kind] for kind in type(error).__mro__ if kind in _CODES), _CODES[InternalError])
    fields = {"image": [error.message]} if code == _INVALID else None
    return _Written(code, _MESSAGES.get(code, error.message), fields=fields)


def _invalid(failure: Failure, error: errors.InvalidRequest) -> _Written:
    """Which workspace comes before what is wrong with the rest, and a size that only this model lacks has its code."""
    if _lacks_workspace(failure, error):
        return _Written("MISSING_WORKSPACE", MISSING_WORKSPACE)
    faults = error.fields or (errors.FieldError("body", error.message),)
    if all(fault.field == "size" for fault in faults) and failure.fields.get("size") in SIZES:
        return _Written("INVALID_SIZE", "Size not supported by model", details={"size": faults[0].allowed})
    fields: dict[str, list[str]] = {}
    for fault in faults:
        fields.setdefault(fault.field, []).append(_text(fault))
    return _Written(_INVALID, _MESSAGES[_INVALID], fields=fields)


def _lacks_workspace(failure: Failure, error: errors.InvalidRequest) -> bool:
    """Whether a request that has to name a workspace names none. Forms are read by their routes."""
    if failure.method != "POST" or isinstance(error, MalformedBody):
        return False
    if failure.headers.get("content-type", "").startswith("multipart/"):
        return any(fault.message == MISSING_WORKSPACE for fault in error.fields)
    return workspace_in(failure.headers, failure.fields) is None


def _text(fault: errors.FieldError) -> str:
    """The fault in one text, which also says what is allowed: these clients get nothing else about it."""
    rules = fault.allowed if isinstance(fault.allowed, Mapping) else ()
    texts = (_FIELD_TEXTS.get((fault.field, rule)) for rule in rules)
    return next(filter(None, texts), fault.message + allowed_values(fault.allowed, fault.message))


def _names_no_uuid(failure: Failure) -> bool:
    named = failure.headers.get("x-workspace-id", "").strip()
    return bool(named) and not _UUID.fullmatch(named)


def _short_of_credits(error: errors.InsufficientCredits | errors.BudgetExceeded) -> _Written:
    """What is needed and what there is, of the wallet or of the budget that has too little left."""
    budget = error if isinstance(error, errors.BudgetExceeded) else None
    available = error.available if isinstance(error, errors.InsufficientCredits) else max(error.limit - error.used, 0)
    details: dict[str, Any] = {
        "required": credits_of(error.required),
        "available": credits_of(available),
        "shortfall": credits_of(max(error.required - available, 0)),
        **({"budget": budget.kind} if budget else {}),
        **(
            {"topUpUrl": error.top_up_url} if isinstance(error, errors.InsufficientCredits) and error.top_up_url else {}
        ),
    }
    message = f"Insufficient credits: required {details['required']}, available {details['available']}"
    return _Written("INSUFFICIENT_CREDITS", budget.message if budget else message, details=details)


def _limit(failure: Failure, error: errors.LimitReached) -> _Written:
    code = "RATE_LIMIT_EXCEEDED"
    if isinstance(error, errors.RateLimited):
        # The windows that the authorizer counted are in the headers of every answer.
        return _Written(code, "Rate limit exceeded", details={"limit": error.limit, "window": error.kind})
    pause = ceil(error.retry_after) if error.retry_after else _PAUSE_SECONDS
    details = {"limit": error.limit, "window": error.kind, "active": list(error.active_ids)}
    headers = {
        "Retry-After": str(pause),
        "RateLimit-Policy": f'"{error.kind}";q={error.limit}',
        "RateLimit": f'"{error.kind}";r=0;t={pause}',
        "X-RateLimit-Limit": str(error.limit),
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str((int(failure.at.timestamp()) + pause) * 1000),
    }
    return _Written(code, "Rate limit exceeded", details=details, headers=headers)


def _status(code: str, error: errors.EaselError, status: HTTPStatus) -> HTTPStatus:
    if code == "INTERNAL_ERROR" and kind_of(error).status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return KINDS[InternalError].status
    return _STATUSES.get(code, status)


WORKSPACE: Final = Door(
    DoorName.WORKSPACE,
    write_failure,
    WorkspaceFailure,
    further_codes={_INVALID: ("INVALID_SIZE", "MISSING_WORKSPACE")},
    headers=rate_headers,
)
