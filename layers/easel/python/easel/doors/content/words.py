"""The content routes in the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from easel.errors import (
    BudgetExceeded,
    Conflict,
    Contended,
    DatabaseRefused,
    DatabaseUnavailable,
    IdempotencyKeyReused,
    ImageRejected,
    ImagingUnavailable,
    InsufficientCredits,
    InvalidRequest,
    LimitReached,
    NotFound,
    QueueUnavailable,
    QuoteExpired,
    SecretUnavailable,
    StaleWrite,
    StorageUnavailable,
    UnknownModel,
    UnknownTemplate,
)
from easel.http.description import UNCHANGED, empty, route
from easel.http.failures import GenerationFailed, RefusedByPolicy, RefusedInput

_TAG: Final = "Content"
_SUBMITTING: Final = (
    *(InvalidRequest, UnknownModel, UnknownTemplate, QuoteExpired, InsufficientCredits, BudgetExceeded, LimitReached),
    *(IdempotencyKeyReused, NotFound, Contended, SecretUnavailable, StorageUnavailable),
    *(GenerationFailed, RefusedByPolicy, RefusedInput),
)
_MADE: Final = {
    200: "The picture is at `imageUrl`.",
    202: "It is being made, and will be at `imageUrl`; until then that address answers 202.",
}


_SIGNED: Final = (
    "For programs of the team's own AWS account: a signature (SigV4, service `execute-api`) stands for the key. An "
    "operator binds the signer's IAM user or role to a member of a workspace."
)


def _submitting(operation_id: str, summary: str, description: str, *, signed: bool = False) -> dict[str, Any]:
    return route(operation_id, _TAG, summary, description, _MADE, errors=_SUBMITTING, signed=signed)


CREATE_IMAGE: Final = _submitting(
    "createContentImage",
    "Make a picture for a content item",
    "Waits for the picture, at most 25 seconds, and answers with its public address. A further request for the same "
    "item makes a further version; the same request within a minute answers with the picture that it began.",
)
CREATE_IMAGE_UNVERSIONED: Final = _submitting(
    "createContentImageUnversioned",
    "Make a picture for a content item, at the address without a version",
    "The same as `POST /api/v1/images`.",
)
GENERATE_IMAGE: Final = _submitting(
    "generateContentImage",
    "Make a picture for a content item, for internal callers",
    "The same as `POST /api/v1/images`, except that texts that are too long are shortened unless `truncate` is false.",
)
GENERATE_IMAGE_VERSIONED: Final = _submitting(
    "generateContentImageVersioned",
    "Make a picture for a content item, at the studio's address",
    "The same as `POST /api/images/generate`, for a body with `contentItemId`.",
)
GENERATE_IMAGE_SIGNED: Final = _submitting(
    "generateContentImageSigned",
    "Make a picture for a content item, signed with AWS credentials",
    f"The same as `POST /api/images/generate`. {_SIGNED}",
    signed=True,
)
GENERATE_BY_PROMPT: Final = _submitting(
    "generateContentImageByPrompt",
    "Make a picture for an article by a prompt",
    "For callers that write their own prompts. Fields that it does not know are ignored.",
)

_BYTES: Final = {"image/*": {"schema": {"type": "string", "format": "binary"}}}

READ_FILE: Final = route(
    "readContentFile",
    _TAG,
    "Get the file of a picture",
    "Public: anyone with the address sees the picture. Takes `Range` and `If-None-Match`. A file of more than 4 MB is "
    "a redirect to its bytes.",
    {
        200: {"description": "The file.", "content": _BYTES},
        202: "It is being made. Ask again after `Retry-After` seconds.",
        206: {"description": "A part of it.", "content": _BYTES},
        302: empty("`Location` is the file."),
        304: UNCHANGED,
    },
    errors=(NotFound, StorageUnavailable, DatabaseUnavailable, DatabaseRefused),
    public=True,
    open_query=True,
)

READ_RENDITION: Final = route(
    "readContentRendition",
    _TAG,
    "Get a file for pages that is made of a picture",
    "Public, as the picture itself. Widths are never larger than the picture, crops keep its middle. Made when it is "
    "first asked for.",
    {
        200: {"description": "The file.", "content": _BYTES},
        202: "The picture is being made. Ask again after `Retry-After` seconds.",
        206: {"description": "A part of it.", "content": _BYTES},
        304: UNCHANGED,
    },
    errors=(NotFound, ImageRejected, ImagingUnavailable, StorageUnavailable, DatabaseUnavailable, DatabaseRefused),
    public=True,
    open_query=True,
)

READ_IMAGE: Final = route(
    "readContentImage",
    _TAG,
    "Get a picture of a content item",
    "Its status, address and measures.",
    {200: "The picture."},
    errors=(NotFound,),
)
LIST_VERSIONS: Final = route(
    "listContentImages",
    _TAG,
    "List the pictures of a content item",
    "Every request made one, the newest first. `isCurrent` is the one that was chosen, else the newest finished one.",
    {200: "One page."},
    errors=(NotFound,),
)
DESCRIBE_VERSION: Final = route(
    "describeContentImage",
    _TAG,
    "Change the texts of a picture",
    "Title, alternative text and caption. A further version has texts of its own.",
    {200: "The picture."},
    errors=(NotFound, InvalidRequest, Contended),
)
CHOOSE_VERSION: Final = route(
    "chooseContentImage",
    _TAG,
    "Make a picture the current one of its content item",
    "It stays the current one when further pictures are made.",
    {200: "The picture."},
    errors=(NotFound, StaleWrite, Contended),
)

_DELETED: Final = {200: "It is gone, and its address answers 404."}
_DELETING: Final = (NotFound, InvalidRequest, Conflict, Contended, QueueUnavailable)
DELETE_IMAGE: Final = route(
    "deleteContentImage", _TAG, "Delete a picture of a content item", "The file goes too.", _DELETED, errors=_DELETING
)
DELETE_IMAGE_UNVERSIONED: Final = route(
    "deleteContentImageUnversioned",
    _TAG,
    "Delete a picture, at the address without a version",
    "The same as below `/api/v1`.",
    _DELETED,
    errors=_DELETING,
)
DELETE_IMAGE_SIGNED: Final = route(
    "deleteContentImageSigned",
    _TAG,
    "Delete a picture, signed with AWS credentials",
    f"The same as below `/api/v1`. {_SIGNED}",
    _DELETED,
    errors=_DELETING,
    signed=True,
)
DELETE_IMAGE_BY_ID: Final = route(
    "deleteContentImageById",
    _TAG,
    "Delete a picture by an id in one segment",
    "For clients that write the slash of the id as `%2F`, and for those that have the id of a picture as "
    "`GET /api/images/{imageId}` takes it.",
    _DELETED,
    errors=_DELETING,
)
