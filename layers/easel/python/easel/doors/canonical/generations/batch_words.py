"""Batches in the OpenAPI document."""

from __future__ import annotations

from typing import Final

from easel.doors.canonical.generations.batch_requests import BATCH_BODY
from easel.errors import (
    Conflict,
    Contended,
    Forbidden,
    IdempotencyKeyReused,
    InvalidRequest,
    NotFound,
    PayloadTooLarge,
    QueueUnavailable,
    StaleWrite,
    StorageUnavailable,
    UnsupportedMediaType,
)
from easel.http.description import route

_TAG: Final = "Batches"
_CHANGES: Final = (NotFound, Conflict, StaleWrite, QueueUnavailable)

SUBMIT_BATCH: Final = route(
    "submitBatch",
    _TAG,
    "Submit a batch of requests",
    "Up to ten thousand requests, quoted in all before anything is held. They run beside your other requests, a few at "
    "a time, and each is held and charged by itself. A line that cannot be made fails by itself. Send an "
    "`Idempotency-Key` to retry safely: a retry answers with the same batch and `Idempotent-Replayed: true`.",
    {201: "The batch with its total price; it waits for its start unless `start=true`."},
    errors=(
        Forbidden,
        InvalidRequest,
        IdempotencyKeyReused,
        Contended,
        PayloadTooLarge,
        UnsupportedMediaType,
        StorageUnavailable,
        QueueUnavailable,
    ),
    takes_bytes=True,
    body=BATCH_BODY,
)

LIST_BATCHES: Final = route("listBatches", _TAG, "List batches", "The newest first.", {200: "One page."})

READ_BATCH: Final = route(
    "readBatch",
    _TAG,
    "Get a batch",
    "How far it is, what it has cost, and a link to the results so far.",
    {200: "The batch."},
    errors=(NotFound, StorageUnavailable),
)

LIST_BATCH_RESULTS: Final = route(
    "listBatchResults",
    _TAG,
    "List the results of a batch",
    "Each line that has begun, with its `custom_id`, its images or its error; while the batch runs too.",
    {200: "One page."},
    errors=(NotFound,),
)

START_BATCH: Final = route(
    "startBatch",
    _TAG,
    "Start or resume a batch",
    "Confirms a quoted batch, or goes on with a paused one.",
    {200: "The batch."},
    errors=_CHANGES,
)

PAUSE_BATCH: Final = route(
    "pauseBatch",
    _TAG,
    "Pause a batch",
    "No further line begins; those that run end.",
    {200: "The batch."},
    errors=_CHANGES,
)

CANCEL_BATCH: Final = route(
    "cancelBatch",
    _TAG,
    "Cancel a batch",
    "No further line begins; those that run end, and what was made stays.",
    {200: "The batch."},
    errors=_CHANGES,
)
