"""The OpenAI door in the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from easel.doors.openai.answers import EVENTS, ImagesAnswer
from easel.doors.openai.edits import EDIT_BODY, VARY_BODY
from easel.errors import (
    BudgetExceeded,
    Contended,
    DatabaseUnavailable,
    IdempotencyKeyReused,
    ImageRejected,
    ImagingUnavailable,
    InsufficientCredits,
    InvalidRequest,
    LimitReached,
    PayloadTooLarge,
    ReferenceNotReady,
    SecretUnavailable,
    StorageUnavailable,
    TicketsRequired,
    UnknownModel,
    UnknownReference,
    UnsupportedMediaType,
)
from easel.http.description import route
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
    *(ImageRejected, ImagingUnavailable),
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
