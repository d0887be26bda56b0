"""Uploads in the OpenAPI document."""

from __future__ import annotations

from typing import Final

from easel.domain.upload import MAX_BYTES, MAX_INLINE_BYTES
from easel.doors.canonical.uploads.requests import UPLOAD_BODY
from easel.errors import (
    ImageRejected,
    ImagingUnavailable,
    InvalidRequest,
    NotFound,
    PayloadTooLarge,
    StaleWrite,
    StorageUnavailable,
    TicketsRequired,
    UnsupportedMediaType,
    UploadInUse,
)
from easel.http.description import empty, route
from easel.http.failures import MalformedBody, MalformedForm

_TAG: Final = "Uploads"

CREATE_UPLOAD: Final = route(
    "createUpload",
    _TAG,
    "Create an upload",
    f"With JSON it answers with a ticket: send the file, of 1 to {MAX_BYTES} bytes, straight to the object store, then "
    "read the upload until it is `READY`. With a form it takes the files at once. A form may have "
    f"{MAX_INLINE_BYTES} bytes; a larger one is refused with a ticket for each file in `error.details[].allowed` "
    "(`tickets_required`). Pictures are checked by their bytes, turned upright and freed of metadata such as GPS. "
    "An upload that nothing uses ends after 24 hours.",
    {201: "A ticket, or the uploads of the form."},
    errors=(
        PayloadTooLarge,
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
    body=UPLOAD_BODY,
)

READ_UPLOAD: Final = route(
    "readUpload",
    _TAG,
    "Get an upload",
    "Its state, and links to the picture and its thumbnail once it is `READY`. `Retry-After` says when to ask again.",
    {200: "The upload."},
    errors=(NotFound, StorageUnavailable),
)

LIST_UPLOADS: Final = route(
    "listUploads",
    _TAG,
    "List uploads",
    "Those of the workspace, the newest first. Follow `nextCursor`.",
    {200: "One page."},
    errors=(StorageUnavailable,),
)

DELETE_UPLOAD: Final = route(
    "deleteUpload",
    _TAG,
    "Delete an upload",
    "With its picture. One that a product uses is kept and answers 409. A generation does not keep it: one that still "
    "has to read it ends as failed, and charges nothing.",
    {204: empty("Deleted.")},
    errors=(NotFound, UploadInUse, StorageUnavailable, StaleWrite),
)
