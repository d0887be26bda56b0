"""The studio's routes in the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from easel.errors import (
    BudgetExceeded,
    Contended,
    IdempotencyKeyReused,
    InsufficientCredits,
    InvalidRequest,
    LimitReached,
    NotFound,
    QuoteExpired,
    ReferenceNotReady,
    SecretUnavailable,
    StorageUnavailable,
    UnknownModel,
    UnknownReference,
    UnknownTemplate,
)
from easel.http.description import route
from easel.http.failures import GenerationFailed, RefusedByPolicy, RefusedInput

_TAG: Final = "Studio"


def _generating(operation_id: str, summary: str, description: str) -> dict[str, Any]:
    return route(
        operation_id,
        _TAG,
        summary,
        description,
        {200: "The images are there.", 202: "They are being made, and will be at the addresses in `images`."},
        errors=(
            *(InvalidRequest, UnknownModel, UnknownTemplate, QuoteExpired, InsufficientCredits, BudgetExceeded),
            *(UnknownReference, ReferenceNotReady),
            *(LimitReached, IdempotencyKeyReused, NotFound, Contended, SecretUnavailable, StorageUnavailable),
            *(GenerationFailed, RefusedByPolicy, RefusedInput),
        ),
    )


GENERATE: Final = _generating(
    "generateStudioImages",
    "Generate images from a prompt, and wait for them",
    "Waits at most 25 seconds. A body with `contentItemId` instead of `prompt` makes a picture of a content item.",
)
GENERATE_UNVERSIONED: Final = _generating(
    "generateStudioImagesUnversioned",
    "Generate images from a prompt, at the address without a version",
    "The same as `POST /api/v1/images/generate` for a body with `prompt`.",
)
LIST_IMAGES: Final = route(
    "listStudioImages",
    _TAG,
    "List images",
    "The workspace's requests that delivered images, newest first, with totals over all of them.",
    {200: "One page."},
)
LIST_PROMPTS: Final = route(
    "listStudioPrompts",
    _TAG,
    "List prompts",
    "The workspace's requests of every status, newest first. The header `Link` leads to the next page.",
    {200: "One page."},
)
