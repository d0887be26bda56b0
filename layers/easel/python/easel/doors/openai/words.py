"""The OpenAI door in the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from easel.doors.openai.answers import EVENTS, ImagesAnswer
from easel.doors.openai.edits import EDIT_BODY, VARY_BODY
from easel.doors.openai.files import FILE_BODY
from easel.errors import (
    BudgetExceeded,
    Conflict,
    Contended,
    DatabaseUnavailable,
    Forbidden,
    IdempotencyKeyReused,
    ImageRejected,
    ImagingUnavailable,
    InsufficientCredits,
    InvalidRequest,
    LimitReached,
    NotFound,
    PayloadTooLarge,
    QueueUnavailable,
    ReferenceNotReady,
    ReferenceUnavailable,
    SecretUnavailable,
    StaleWrite,
    StorageUnavailable,
    TicketsRequired,
    UnknownModel,
    UnknownReference,
    UnsupportedMediaType,
)
from easel.http.description import empty, route
from easel.http.failures import GenerationFailed, MalformedBody, MalformedForm, RefusedByPolicy, StillRunning

_TAG: Final = "OpenAI API"

_JSON: Final[dict[str, Any]] = {"application/json": {"model": ImagesAnswer}}
_ANSWERS: Final[dict[int, str | dict[str, Any]]] = {
    200: {
        "description": "The images. With `stream` the events `image_generation.completed` or `image_edit.completed`, "
        "one for each.",
        "content": {**_JSON, EVENTS: {"schema": {"type": "string"}}},
    },
    202: {
        "description": "Only with `Prefer: respond-async`: the addresses of images to come.",
        "content": _JSON,
    },
}
_ERRORS: Final = (
    InvalidRequest,
    UnknownModel,
    UnknownReference,
    ReferenceNotReady,
    ReferenceUnavailable,
    ImageRejected,
    InsufficientCredits,
    BudgetExceeded,
    LimitReached,
    IdempotencyKeyReused,
    GenerationFailed,
    RefusedByPolicy,
    StillRunning,
    Contended,
    DatabaseUnavailable,
    SecretUnavailable,
    StorageUnavailable,
)
_FORM_ERRORS: Final = (
    *(PayloadTooLarge, TicketsRequired, UnsupportedMediaType, MalformedBody, MalformedForm),
    ImagingUnavailable,
)
_WAIT: Final = (
    "Waits for the images. What takes longer than 25 seconds is answered 504; the same call again, with the same "
    "`Idempotency-Key` or as a repetition of OpenAI's clients, waits for the same images."
)

CREATE_IMAGE: Final = route(
    "createImage",
    _TAG,
    "Create images",
    f"As OpenAI's own, for every model. {_WAIT}",
    _ANSWERS,
    errors=_ERRORS,
)
EDIT_IMAGE: Final = route(
    "editImage",
    _TAG,
    "Edit images",
    f"As OpenAI's own, as a form or as JSON, with a mask for models that take one. {_WAIT}",
    _ANSWERS,
    errors=(*_ERRORS, *_FORM_ERRORS),
    takes_bytes=True,
    body=EDIT_BODY,
)
VARY_IMAGE: Final = route(
    "createImageVariation",
    _TAG,
    "Make variations of an image",
    f"As OpenAI's own, for every model that takes pictures. {_WAIT}",
    _ANSWERS,
    errors=(*_ERRORS, *_FORM_ERRORS),
    takes_bytes=True,
    body=VARY_BODY,
)
LIST_MODELS: Final = route(
    "listOpenAIModels",
    _TAG,
    "List models",
    "Every name that requests may use, with what the model can do.",
    {200: "The models."},
)
READ_MODEL: Final = route(
    "readOpenAIModel",
    _TAG,
    "Get a model",
    "By its name or an alias.",
    {200: "The model."},
    errors=(UnknownModel,),
)

UPLOAD_FILE: Final = route(
    "uploadFile",
    _TAG,
    "Upload a file of lines for a batch",
    "With the purpose `batch` alone; 4.5 MB and ten thousand lines at most. It is deleted after 30 days; "
    "`expires_after` ends it earlier.",
    {200: "The file."},
    errors=(InvalidRequest, PayloadTooLarge, UnsupportedMediaType, MalformedForm, MalformedBody, StorageUnavailable),
    takes_bytes=True,
    body=FILE_BODY,
)
LIST_FILES: Final = route(
    "listFiles",
    _TAG,
    "List files",
    "Uploaded ones, and those that batches ended with.",
    {200: "The files."},
    errors=(InvalidRequest,),
)
READ_FILE: Final = route("readFile", _TAG, "Get a file", "What is known of it.", {200: "The file."}, errors=(NotFound,))
READ_FILE_CONTENT: Final = route(
    "readFileContent",
    _TAG,
    "Get the content of a file",
    "Leads to the lines, one JSON object each.",
    {302: empty("The content, at an address that works for an hour.")},
    errors=(NotFound, StorageUnavailable),
)
DELETE_FILE: Final = route(
    "deleteFile",
    _TAG,
    "Delete a file",
    "Batches that were made of it keep their lines.",
    {200: "It is deleted."},
    errors=(NotFound, StorageUnavailable),
)
CREATE_BATCH: Final = route(
    "createBatch",
    _TAG,
    "Create a batch",
    "Makes the lines of an uploaded file beside your other requests, and starts at once. What fails costs nothing. A "
    "call with the same `Idempotency-Key` answers with the same batch and `Idempotent-Replayed: true`.",
    {200: "The batch."},
    errors=(
        Forbidden,
        InvalidRequest,
        IdempotencyKeyReused,
        Contended,
        StorageUnavailable,
        QueueUnavailable,
        StaleWrite,
    ),
)
LIST_BATCHES: Final = route(
    "listOpenAIBatches",
    _TAG,
    "List batches",
    "The newest first, those of `/api/v1/batches` too.",
    {200: "The batches."},
    errors=(InvalidRequest, NotFound),
)
READ_BATCH: Final = route(
    "readOpenAIBatch", _TAG, "Get a batch", "How far it is.", {200: "The batch."}, errors=(NotFound,)
)
CANCEL_BATCH: Final = route(
    "cancelOpenAIBatch",
    _TAG,
    "Cancel a batch",
    "No further line begins; those that run end, and what was made stays.",
    {200: "The batch."},
    errors=(NotFound, Conflict, StaleWrite, QueueUnavailable),
)
