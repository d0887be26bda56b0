"""Media of the bot door in the OpenAPI document."""

from __future__ import annotations

from typing import Final

from easel.domain.upload import MAX_INLINE_BYTES
from easel.doors.bot.accounts.words import TAG
from easel.errors import (
    ImageRejected,
    ImagingUnavailable,
    InvalidRequest,
    ProvidersNotConfigured,
    StaleWrite,
    StorageUnavailable,
    TicketsRequired,
    UnsupportedMediaType,
    UploadNotReady,
)
from easel.http.description import route
from easel.http.failures import MalformedBody, MalformedForm
from easel.http.multipart import FORM

UPLOAD_MEDIA: Final = route(
    "botUploadMedia",
    TAG,
    "Upload a picture",
    f"A form with one file in any field, {MAX_INLINE_BYTES} bytes in all. A larger one is refused with a ticket in "
    "`detail.fields[].allowed` (`tickets_required`). The picture is stored upright and without metadata. 400 "
    "`provider_not_configured` where no vendor has a key that could work with it.",
    {200: "Where it can be fetched."},
    errors=(
        TicketsRequired,
        UnsupportedMediaType,
        MalformedBody,
        MalformedForm,
        InvalidRequest,
        ImageRejected,
        ImagingUnavailable,
        StorageUnavailable,
        ProvidersNotConfigured,
        StaleWrite,
        UploadNotReady,
    ),
    takes_bytes=True,
    body={
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    },
)
