"""What requests about uploads may say: a file to be announced, or a form with files."""

from __future__ import annotations

from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import Field

from easel.domain.upload import ACCEPTED_TYPES, MAX_BYTES, MAX_FILES, MAX_INLINE_BYTES
from easel.errors import InvalidRequest
from easel.http import multipart, parse, validation
from easel.http.incoming import Incoming
from easel.http.models import RequestModel, WholeNumber
from easel.http.multipart import Form

UploadId = Annotated[str, Path(alias="uploadId", description="The id that the ticket has.")]


class UploadRequest(RequestModel):
    """A file that is to be sent to the object store."""

    content_type: str = Field(
        json_schema_extra={"enum": list(ACCEPTED_TYPES)}, description="Exactly this type has to be sent."
    )
    filename: str | None = Field(default=None, description="Its last part is shown with the upload.")
    bytes: WholeNumber | None = Field(
        default=None,
        json_schema_extra={"minimum": 1, "maximum": MAX_BYTES},
        description="Refuses a file that is too large before it is sent.",
    )


UPLOAD_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "description": "A file that is to be sent to the object store.",
                "required": ["contentType"],
                "additionalProperties": False,
                "properties": {
                    "contentType": {"type": "string", "enum": list(ACCEPTED_TYPES)},
                    "filename": {"type": "string"},
                    "bytes": {"type": "integer", "minimum": 1, "maximum": MAX_BYTES},
                },
            },
            "example": {"contentType": "image/jpeg", "filename": "front.jpg"},
        },
        multipart.FORM: {
            "schema": {
                "type": "object",
                "description": f"1 to {MAX_FILES} files in any fields, {MAX_INLINE_BYTES} bytes in all.",
                "minProperties": 1,
                "properties": {"file": {"type": "string", "format": "binary"}},
            },
        },
    },
}
"""The body in the OpenAPI document: the route reads it itself, because it takes two types."""


def read(incoming: Incoming) -> UploadRequest | Form:
    """The body of a request.

    Raises:
        UnsupportedMediaType, PayloadTooLarge, MalformedBody, MalformedForm, InvalidRequest.
    """
    if multipart.is_form(incoming.headers):
        return multipart.read_form(incoming.event, incoming.headers)
    with multipart.taken_beside_json():
        body = incoming.json()
    if body is None:
        raise InvalidRequest.of("contentType", "contentType is required.", list(ACCEPTED_TYPES))
    return validation.validated(UploadRequest, body)


def upload_id(text: str) -> str:
    """The id in an address. Raises NotFound."""
    return parse.resource_id(text, "upload")
