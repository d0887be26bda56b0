"""The content door: how its failures look.

Its clients are back ends that call an image service of their own: they read `response.ok`, and `error` as a text.
Programs switch on `code`.
"""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field

from easel.clock import to_iso
from easel.errors import InvalidRequest
from easel.http.door import Door, DoorName, Failure, WrittenFailure
from easel.http.failures import GenerationFailed
from easel.http.models import AnswerModel, Moment

REQUIRED: Final = "contentItemId and title are required"
REQUIRED_FIELDS: Final = ("contentItemId", "title")
_FAILED: Final = "Image generation failed: {}"


class ContentFaultDetail(AnswerModel):
    """One thing wrong with one field: its name as it was sent, and what would have been accepted."""

    field: str
    message: str
    allowed: Any = None


class ContentFailure(AnswerModel):
    """Every failure of the content routes: a text as their clients read it, and the fields of RFC 9457."""

    error: str
    timestamp: Moment
    success: bool = Field(default=False, description="Always false.")
    code: str = Field(description="Stable: switch on it.")
    reason: str | None = Field(description="Why the image could not be made, if it was begun.")
    details: list[ContentFaultDetail]
    retryable: bool = Field(description="Whether the same request may succeed later.")
    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str


def write_failure(failure: Failure) -> WrittenFailure:
    """A failure as a `ContentFailure`."""
    error, kind = failure.error, failure.kind
    failed = error if isinstance(error, GenerationFailed) else None
    body = ContentFailure(
        error=_text(failure),
        timestamp=to_iso(failure.at),
        code=error.code,
        reason=failed.reason if failed else None,
        details=[
            ContentFaultDetail(field=fault.field, message=fault.message, allowed=fault.allowed)
            for fault in failure.details
        ],
        retryable=failure.retryable,
        type=f"/docs#{error.code}",
        title=kind.title,
        status=kind.status.value,
        detail=error.message,
        instance=failure.path,
        request_id=failure.request_id,
    )
    return WrittenFailure(body.model_dump(by_alias=True))


def _text(failure: Failure) -> str:
    error = failure.error
    if isinstance(error, GenerationFailed):
        return _FAILED.format(error.message)
    if isinstance(error, InvalidRequest) and any(_is_missing(fault.field, fault.message) for fault in error.fields):
        return REQUIRED
    return error.message


def _is_missing(field: str, message: str) -> bool:
    return field in REQUIRED_FIELDS and message == f"{field} is required."


CONTENT: Final = Door(DoorName.CONTENT, write_failure, ContentFailure)
