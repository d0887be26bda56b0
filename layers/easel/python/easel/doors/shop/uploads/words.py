"""Uploads of the shop door in the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from easel.domain.upload import MAX_INLINE_BYTES
from easel.errors import (
    ImageRejected,
    ImagingUnavailable,
    InvalidRequest,
    StaleWrite,
    StorageUnavailable,
    TicketsRequired,
    UnsupportedMediaType,
)
from easel.http.description import route
from easel.http.failures import MalformedBody, MalformedForm
from easel.http.multipart import FORM

_FIELDS: Final = ("frontImage", "backImage")
_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        FORM: {
            "schema": {
                "type": "object",
                "required": list(_FIELDS),
                "properties": {
                    name: {"type": "string", "format": "binary", "description": "png, jpeg or webp"} for name in _FIELDS
                },
            },
        },
    },
}


def _upload_images(operation_id: str) -> dict[str, Any]:
    return route(
        operation_id,
        "Uploads",
        "Upload product images",
        f"A form with `frontImage` and `backImage`, {MAX_INLINE_BYTES} bytes in all. A larger one is refused with a "
        "ticket for each file in `error.details[].allowed` (`tickets_required`).",
        {201: "Links to the images."},
        errors=(
            TicketsRequired,
            UnsupportedMediaType,
            MalformedBody,
            MalformedForm,
            InvalidRequest,
            ImageRejected,
            ImagingUnavailable,
            StorageUnavailable,
            StaleWrite,
        ),
        takes_bytes=True,
        body=_BODY,
    )


UPLOAD_IMAGES: Final = _upload_images("shopUploadProductImages")
UPLOAD_IMAGES_V1: Final = _upload_images("shopUploadProductImagesV1")
