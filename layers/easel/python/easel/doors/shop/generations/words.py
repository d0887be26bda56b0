"""The shop's generations in the OpenAPI document."""

from __future__ import annotations

from typing import Final

from easel.errors import (
    BudgetExceeded,
    Conflict,
    Contended,
    IdempotencyKeyReused,
    InsufficientCredits,
    InvalidRequest,
    LimitReached,
    NotFound,
    QueueUnavailable,
    QuoteExpired,
    ReferenceNotReady,
    SecretUnavailable,
    UnknownModel,
    UnknownReference,
    UnknownTemplate,
)
from easel.http.description import UNCHANGED, route

_TAG: Final = "Shop"
_PAID: Final = (
    InvalidRequest,
    UnknownModel,
    QuoteExpired,
    InsufficientCredits,
    BudgetExceeded,
    LimitReached,
    IdempotencyKeyReused,
    Contended,
    SecretUnavailable,
    UnknownReference,
    ReferenceNotReady,
)
_ANSWERS: Final[dict[int, str]] = {202: "Started.", 200: "With `dry_run`: the price."}

START_GENERATION: Final = route(
    "startShopGeneration",
    _TAG,
    "Generate a product's pictures",
    "Six shots from the product's facts and pictures: two of the pair, front, back, laid flat, close up. "
    "`dry_run=true` shows the price first. The default model is an old name; `modelNotice` says what it runs on.",
    dict(_ANSWERS),
    errors=(NotFound, UnknownTemplate, *_PAID),
)

RETRY_SHOT: Final = route(
    "retryShopImage",
    _TAG,
    "Retry a picture",
    "Makes one picture again as a generation of its own, with the note. `dry_run=true` shows its price first.",
    dict(_ANSWERS),
    errors=(NotFound, Conflict, *_PAID),
)

LIST_GENERATIONS: Final = route(
    "listShopGenerations",
    _TAG,
    "List generations",
    "The newest first, of one status or of all. `page` reaches the first thousand; `nextCursor` leads on.",
    {200: "One page, and how many there are."},
)

READ_GENERATION: Final = route(
    "readShopGeneration",
    _TAG,
    "Get a generation",
    "Its status, progress and pictures. Send `If-None-Match` with the last `ETag` to be answered 304 while nothing has "
    "changed.",
    {200: "The generation as it is now.", 304: UNCHANGED},
    errors=(NotFound,),
)

CANCEL_GENERATION: Final = route(
    "cancelShopGeneration",
    _TAG,
    "Cancel or delete a generation",
    "One that runs is cancelled: pictures that are not finished are not made, delivered ones are kept. One that has "
    "ended is deleted with its pictures; what was charged stays charged. Cancelling again within five minutes is the "
    "same as once; `POST /api/v1/generations/{generationId}/cancel` never deletes.",
    {200: "Cancelled or deleted."},
    errors=(NotFound, Contended, QueueUnavailable),
)
