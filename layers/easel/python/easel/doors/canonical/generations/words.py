"""Generations in the OpenAPI document."""

from __future__ import annotations

from typing import Final

from easel.errors import (
    BudgetExceeded,
    Conflict,
    Contended,
    GenerationClosed,
    IdempotencyKeyReused,
    InsufficientCredits,
    InvalidRequest,
    LimitReached,
    NotFound,
    QuoteExpired,
    ReferenceNotReady,
    SecretUnavailable,
    UnknownModel,
    UnknownReference,
    UnknownTemplate,
)
from easel.http.description import UNCHANGED, route

_TAG: Final = "Generations"

SUBMIT_GENERATION: Final = route(
    "submitGeneration",
    _TAG,
    "Generate images",
    "Accepts the request, answers 202 with its address and with permalinks of all its images, and goes on in the "
    "background. `Prefer: wait=20` holds the answer until the images are there, or for that long. Send an "
    "`Idempotency-Key` to retry safely: a retry answers with the same generation and `Idempotent-Replayed: true`.",
    {
        202: "Accepted. Ask at `Location` again after `Retry-After` seconds.",
        200: "It had ended before the answer was due. `status` says how: a failed generation is answered with 200 too.",
    },
    errors=(
        InvalidRequest,
        UnknownModel,
        UnknownTemplate,
        UnknownReference,
        ReferenceNotReady,
        QuoteExpired,
        InsufficientCredits,
        BudgetExceeded,
        LimitReached,
        IdempotencyKeyReused,
        Contended,
        SecretUnavailable,
    ),
)

LIST_GENERATIONS: Final = route(
    "listGenerations",
    _TAG,
    "List generations",
    "The workspace's generations, newest first. Follow `nextCursor`; page numbers work for the first thousand.",
    {200: "One page."},
)

READ_GENERATION: Final = route(
    "readGeneration",
    _TAG,
    "Get a generation",
    "Its status, progress and images. `Retry-After` says when to ask again while it is running. Send `If-None-Match` "
    "with the last `ETag` to be answered 304 while nothing has changed.",
    {200: "The generation as it is now.", 304: UNCHANGED},
    errors=(NotFound,),
)

RETRY_IMAGE: Final = route(
    "retryImage",
    _TAG,
    "Retry an image",
    "Makes one image again, failed or delivered, as a generation of its own: with the same prompt, model and "
    "references, and with the note. `dry_run=true` shows its price first. The other images keep their addresses; a "
    "failed image has cost nothing.",
    {202: "Accepted. Ask at `Location` again after `Retry-After` seconds.", 200: "With `dry_run`: the price."},
    errors=(
        NotFound,
        Conflict,
        InvalidRequest,
        UnknownModel,
        UnknownReference,
        ReferenceNotReady,
        QuoteExpired,
        InsufficientCredits,
        BudgetExceeded,
        LimitReached,
        IdempotencyKeyReused,
        Contended,
        SecretUnavailable,
    ),
)

CANCEL_GENERATION: Final = route(
    "cancelGeneration",
    _TAG,
    "Cancel a generation",
    "Images that are not finished are not made; delivered ones are kept. Cancelling twice is the same as once.",
    {200: "Cancelled."},
    errors=(NotFound, GenerationClosed, Contended),
)
