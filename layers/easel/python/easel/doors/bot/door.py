"""The bot door: how its failures look.

Its client takes a body for JSON under exactly `application/json`, reads `detail` as an object (`active_request_id`,
`code`), and shows `message` in the chat. A Mini App that expects `detail` to be text reads `message` instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from pydantic import Field

from easel.domain.credits import MILLI
from easel.doors.bot.models import BotAnswer, credits_of
from easel.doors.bot.texts import language_of, text_of
from easel.errors import (
    EaselError,
    GrantIdReused,
    ImageRejected,
    InsufficientCredits,
    InvalidRequest,
    LimitReached,
    ProvidersNotConfigured,
    TicketsRequired,
)
from easel.http.door import Door, DoorName, Failure, WrittenFailure
from easel.ids import number_of

_ACTIVE: Final = "active_generation"
"""The text for a limit that a running generation stands for; the code stays `limit_reached`."""


_ABOUT_FIELDS: Final = (InvalidRequest, ImageRejected, TicketsRequired, GrantIdReused)
"""Errors whose details name fields; those of others are numbers, which `detail` has by themselves."""


class BotFieldFault(BotAnswer):
    """One thing wrong with one field."""

    field: str
    message: str
    allowed: Any = None


class BotFailureDetail(BotAnswer):
    """The failure for programs."""

    code: str
    message: str
    fields: list[BotFieldFault] = Field(description="The fields at fault, in English.")
    active_request_id: int | None = Field(
        default=None, description="With 409: the `id` of the generation that has to end first."
    )
    active_public_id: str | None = Field(default=None, description="The same as a UUID.")
    required: float | None = Field(default=None, description="With 402: the credits that are needed.")
    available: float | None = Field(default=None, description="With 402: the credits that there are.")


class BotError(BotAnswer):
    """Switch on `code`."""

    code: str
    message: str = Field(description="In the language of the request: `language`, else `Accept-Language`.")
    request_id: str
    retryable: bool = Field(description="Whether the same request may succeed later.")


class BotProblem(BotAnswer):
    """Every failure at the bot door."""

    detail: BotFailureDetail
    error: BotError
    message: str
    status: int


def write_failure(failure: Failure) -> WrittenFailure:
    """A failure as a `BotProblem`."""
    error, kind = failure.error, failure.kind
    # Seed 001: 400 where the vendor's key is missing.
    status = HTTPStatus.BAD_REQUEST if isinstance(error, ProvidersNotConfigured) else kind.status
    language = language_of(
        failure.fields.get("language"), failure.query.get("language"), failure.headers.get("accept-language")
    )
    running = error.active_ids if isinstance(error, LimitReached) else ()
    code = _ACTIVE if running else error.code
    message = text_of(code, language, _values(error), status=status.value)
    short = error if isinstance(error, InsufficientCredits) else None
    problem = BotProblem(
        detail=BotFailureDetail(
            code=error.code,
            message=message,
            fields=[
                BotFieldFault(field=fault.field, message=fault.message, allowed=fault.allowed)
                for fault in (failure.details if isinstance(error, _ABOUT_FIELDS) else ())
            ],
            active_request_id=number_of(running[0]) if running else None,
            active_public_id=running[0] if running else None,
            required=short.required / MILLI if short else None,
            available=short.available / MILLI if short else None,
        ),
        error=BotError(code=error.code, message=message, request_id=failure.request_id, retryable=failure.retryable),
        message=message,
        status=status.value,
    )
    return WrittenFailure(problem.model_dump(exclude={"detail": _unset(problem.detail)}), status=status.value)


def _values(error: EaselError) -> Mapping[str, Any]:
    """What the texts may say about it."""
    values: dict[str, Any] = {"message": error.message}
    if isinstance(error, InvalidRequest) and error.fields:
        values["field"] = error.fields[0].field
    if isinstance(error, InsufficientCredits):
        values |= {"required": credits_of(error.required), "available": credits_of(error.available)}
    if isinstance(error, LimitReached):
        values["limit"] = error.limit
    return values


def _unset(detail: BotFailureDetail) -> set[str]:
    """Fields that only some failures have."""
    optional = ("active_request_id", "active_public_id", "required", "available")
    return {name for name in optional if getattr(detail, name) is None}


BOT: Final = Door(DoorName.BOT, write_failure, BotProblem, field_names={"model": "model_id", "credits": "stars_amount"})
