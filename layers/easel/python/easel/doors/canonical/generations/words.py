"""Generations in the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from easel.doors.canonical.generations.answers import GenerationBody
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
_GENERATION: Final[dict[str, Any]] = {"application/json": {"model": GenerationBody}}
_ACCEPTED: Final[dict[str, Any]] = {
    "description": "Accepted. Ask at `Location` again after `Retry-After` seconds.",
    "content": _GENERATION,
}

SUBMIT_GENERATION: Final = route(
    "submitGeneration",
    _TAG,
    "Generate images",
    "Accepts the request, answers 202 with its address and with permalinks of all its images, and goes on in the "
    "background. `Prefer: wait=20` holds the answer until the images are there, or for that long. Send an "
    "`Idempotency-Key` to retry safely: a retry answers with the same generation and `Idempotent-Replayed: true`. "
    "`?dry_run=true` answers as `POST /api/v1/quotes` does, with a quote in a media type of its own.",
    {
        202: _ACCEPTED,
        200: {
            "description": "It had ended before the answer was due. `status` says how: a failed generation is answered "
            "with 200 too.",
            "content": _GENERATION,
        },
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
    "references, and with the note. `?dry_run=true` shows its price first, as `POST /api/v1/quotes` does. The other "
    "images keep their addresses; a failed image has cost nothing.",
    {
        202: _ACCEPTED,
        200: {
            "description": "Of a repeated request: the generation, which has ended meanwhile.",
            "content": _GENERATION,
        },
    },
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

SETTLE_BY_HAND: Final = route(
    "settleByHand",
    "Operations",
    "End a generation that is stuck",
    "Ends an open generation of any workspace now, as its deadline would: images that are there are charged, the rest "
    "of the hold is free again, and what a provider delivers later is kept free of charge. For those who run the "
    "platform, with the scope `wallet:grant`; the log keeps who did it and why.",
    {200: "The timeline of the ended generation."},
    errors=(InvalidRequest, NotFound, GenerationClosed, Contended),
)

SHOW_TIMELINE: Final = route(
    "showTimeline",
    "Operations",
    "Get the timeline of a generation",
    "What happened to a generation of any workspace, moment by moment, what it cost its workspace and what the "
    "providers take. For those who run the platform; what was asked for is not shown.",
    {200: "The timeline."},
    errors=(NotFound,),
)
