"""The studio door: how its failures look.

Its clients are pages that show `error.message` to a person, so the texts are those of seed 003; programs switch on
`error.code`.
"""

from __future__ import annotations

import re
from typing import Any, Final

from pydantic import Field

from easel.errors import FieldError, InvalidRequest
from easel.http.door import Door, DoorName, Failure, WrittenFailure
from easel.http.failures import GenerationFailed
from easel.http.models import AnswerModel

NO_PROMPT: Final = "Prompt is required and must be a non-empty string"
_REFERENCE: Final = re.compile(r"(?:referenceUrls|references)\[([0-9]+)\](?:\.\w+)?")
_MASK: Final = re.compile(r"^mask(?=$| )")
"""The name of the field: alone, or where a message begins."""
_MASK_UPLOADS: Final = ("maskUploadId", "mask_upload_id")
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
                StudioFaultDetail(
                    field=_own_names(fault.field, failure),
                    message=_own_names(fault.message, failure),
                    allowed=fault.allowed,
                )
                for fault in failure.details
            ],
            retryable=failed.retryable if failed else kind.retryable,
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
    return _own_names(error.message, failure)


def _own_names(text: str, failure: Failure) -> str:
    """Names of pictures and of the mask as this door has them: in two fields each, the addresses first."""
    sent = failure.fields.get("sourceImages") or failure.fields.get("source_images")
    addresses = len(sent) if isinstance(sent, list) else 0

    def own(match: re.Match[str]) -> str:
        index = int(match[1])
        return f"sourceImages[{index}]" if index < addresses else f"uploadIds[{index - addresses}]"

    text = _REFERENCE.sub(own, text)
    if not _MASK.match(text) or failure.fields.get("mask") is not None:
        return text
    mask = next((name for name in _MASK_UPLOADS if failure.fields.get(name) is not None), "mask")
    return _MASK.sub(mask, text, count=1)


def _is_no_prompt(fault: FieldError) -> bool:
    """A prompt that is missing, blank or no text; one that has another fault says so itself."""
    return fault.field == "prompt" and fault.allowed in ({"minLength": 1}, {"type": "string"})


STUDIO: Final = Door(DoorName.STUDIO, write_failure, StudioFailure)
