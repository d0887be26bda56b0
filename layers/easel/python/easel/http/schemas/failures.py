"""What every failure says (RFC 9457, with our own fields)."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from easel.http.schemas.base import AnswerModel


class ProblemDetail(AnswerModel):
    """One thing wrong with one field: its name as it was sent, and what would have been accepted."""

    field: str
    message: str
    allowed: Any = None


class ProblemError(AnswerModel):
    """The failure for programs: switch on `code`."""

    code: str
    message: str
    details: list[ProblemDetail]
    retryable: bool = Field(description="Whether the same request may succeed later.")


class Problem(AnswerModel):
    """Every failure, on every route: RFC 9457 with a stable code and one entry per field at fault."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    success: bool = Field(default=False, description="Always false.")
    error: ProblemError
    request_id: str
    active_request_id: str | None = Field(
        default=None,
        alias="active_request_id",
        description="Only with 409, when as many generations as may run at once are running: the oldest of them.",
    )
