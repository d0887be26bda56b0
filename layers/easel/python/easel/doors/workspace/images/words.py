"""Images of the workspace door in the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from easel.doors.workspace.images.edits import EDIT_BODY, VARY_BODY
from easel.errors import (
    BudgetExceeded,
    Contended,
    DatabaseRefused,
    DatabaseUnavailable,
    GenerationClosed,
    IdempotencyKeyReused,
    ImageRejected,
    ImagingUnavailable,
    InsufficientCredits,
    InvalidRequest,
    LimitReached,
    NotFound,
    PayloadTooLarge,
    SecretUnavailable,
    StorageUnavailable,
    TicketsRequired,
    UnknownModel,
    UnsupportedMediaType,
)
from easel.http.description import empty, route
from easel.http.failures import GenerationFailed, MalformedBody, MalformedForm, PictureGone

_TAG: Final = "Workspace API"

_ANSWERS: Final[dict[int, str | dict[str, Any]]] = {
    200: "The images, or those of them that could be made.",
    202: "They are still being made. Ask at `Location` after `Retry-After` seconds.",
}
_ERRORS: Final = (
    InvalidRequest,
    UnknownModel,
    InsufficientCredits,
    BudgetExceeded,
    LimitReached,
    IdempotencyKeyReused,
    GenerationClosed,
    GenerationFailed,
    Contended,
    SecretUnavailable,
)

_FORM_ERRORS: Final = (
    *(PayloadTooLarge, TicketsRequired, UnsupportedMediaType, MalformedBody, MalformedForm),
    *(ImageRejected, ImagingUnavailable, StorageUnavailable),
)

GENERATE_IMAGES: Final = route(
    "generateWorkspaceImages",
    _TAG,
    "Generate images and wait for them",
    "Answers with the images: one for `n` = 1, a list for more. Credits are held before and charged for what was "
    "delivered; a request that delivers nothing costs nothing. What takes longer than the gateway waits is answered "
    "202 in the same shape, with addresses that show the images as soon as they are made.",
    _ANSWERS,
    errors=_ERRORS,
)

EDIT_IMAGES: Final = route(
    "editWorkspaceImages",
    _TAG,
    "Edit images",
    "`prompt` says what to change in the pictures that `image` and `uploadId` name. Costs and answers as a request for "
    "new images does. A form may bring the pictures along as its files `image`; one that is too large is refused with "
    "a ticket for each file in `error.details.tickets`: send the files with these, then their `uploadId`.",
    _ANSWERS,
    errors=(*_ERRORS, *_FORM_ERRORS),
    takes_bytes=True,
    body=EDIT_BODY,
)

VARY_IMAGES: Final = route(
    "varyWorkspaceImages",
    _TAG,
    "Make variations of images",
    "As edits, with a prompt of ours where none is given.",
    _ANSWERS,
    errors=(*_ERRORS, *_FORM_ERRORS),
    takes_bytes=True,
    body=VARY_BODY,
)

READ_IMAGES: Final = route(
    "readWorkspaceImages",
    _TAG,
    "Get the images of a request",
    "For a request that was answered 202: the same answer as it would have had, or 202 again.",
    {200: "The images.", 202: "They are still being made."},
    errors=(NotFound, InvalidRequest, GenerationClosed, GenerationFailed),
)

AWAIT_IMAGE: Final = route(
    "awaitWorkspaceImage",
    _TAG,
    "Load an image as soon as it is made",
    "The `url` of an image in an answer 202. Holds the answer until there is an image, and redirects to it.",
    {302: empty("`Location` is the image, or this address once more."), 202: "It takes longer than any browser waits."},
    errors=(NotFound, PictureGone, StorageUnavailable, DatabaseUnavailable, DatabaseRefused),
    public=True,
)
