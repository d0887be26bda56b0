"""The canonical door: how its failures look. RFC 9457, with a stable code and one entry per field at fault."""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field

from easel.errors import LimitReached
from easel.http.door import Door, DoorName, Failure, WrittenFailure
from easel.http.models import AnswerModel

PROBLEM: Final = "application/problem+json"


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


def write_failure(failure: Failure) -> WrittenFailure:
    """A failure as a `Problem`."""
    error, kind = failure.error, failure.kind
    running = error.active_ids if isinstance(error, LimitReached) else ()
    problem = Problem(
        type=f"/docs#{error.code}",
        title=kind.title,
        status=kind.status.value,
        detail=error.message,
        instance=failure.path,
        error=ProblemError(
            code=error.code,
            message=error.message,
            details=[
                ProblemDetail(field=fault.field, message=fault.message, allowed=fault.allowed)
                for fault in failure.details
            ],
            retryable=failure.retryable,
        ),
        request_id=failure.request_id,
        active_request_id=running[0] if running else None,
    )
    left_out = set() if running else {"active_request_id"}
    return WrittenFailure(problem.model_dump(by_alias=True, exclude=left_out), PROBLEM)


CANONICAL: Final = Door(DoorName.CANONICAL, write_failure, Problem, PROBLEM)
