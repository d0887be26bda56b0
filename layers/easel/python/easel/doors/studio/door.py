"""The studio door: how its failures look.

Its clients are pages that show `error.message` to a person, so the texts are those of seed 003; programs switch on
`error.code`.
"""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field

from easel.errors import FieldError, InvalidRequest
from easel.http.door import Door, DoorName, Failure, WrittenFailure
from easel.http.failures import GenerationFailed
from easel.http.models import AnswerModel

NO_PROMPT: Final = "Prompt is required and must be a non-empty string"
_FAILED: Final = "Image generation failed: {}"


class StudioFaultDetail(AnswerModel):
    """One thing wrong with one field: its name as it was sent, and what would have been accepted."""

    field: str
    message: str
    allowed: Any = None


class StudioError(AnswerModel):
    """The failure for people and for programs."""

    message: str = Field(description="A sentence to show.")
    code: str = Field(description="Stable: switch on it.")
    reason: str | None = Field(description="Why the image could not be made, if it was begun.")
    details: list[StudioFaultDetail]
    retryable: bool = Field(description="Whether the same request may succeed later.")


class StudioFailure(AnswerModel):
    """Every failure of the studio's routes, with the fields of RFC 9457."""

    success: bool = Field(default=False, description="Always false.")
    error: StudioError
    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str


def write_failure(failure: Failure) -> WrittenFailure:
    """A failure as a `StudioFailure`."""
    error, kind = failure.error, failure.kind
    failed = error if isinstance(error, GenerationFailed) else None
    message = _text(failure)
    body = StudioFailure(
        error=StudioError(
            message=message,
            code=error.code,
            reason=failed.reason if failed else None,
            details=[
                StudioFaultDetail(field=fault.field, message=fault.message, allowed=fault.allowed)
                for fault in failure.details
            ],
            retryable=failure.retryable,
        ),
        type=f"/docs#{error.code}",
        title=kind.title,
        status=kind.status.value,
        detail=message,
        instance=failure.path,
        request_id=failure.request_id,
    )
    return WrittenFailure(body.model_dump(by_alias=True))


def _text(failure: Failure) -> str:
    error = failure.error
    if isinstance(error, GenerationFailed):
        return _FAILED.format(error.message)
    if isinstance(error, InvalidRequest) and any(map(_is_no_prompt, error.fields)):
        return NO_PROMPT
    return error.message


def _is_no_prompt(fault: FieldError) -> bool:
    """A prompt that is missing, blank or no text; one that has another fault says so itself."""
    return fault.field == "prompt" and fault.allowed in ({"minLength": 1}, {"type": "string"})


STUDIO: Final = Door(DoorName.STUDIO, write_failure, StudioFailure, field_names={"size": "imageSize"})
