"""The bot's generations in the OpenAPI document."""

from __future__ import annotations

from typing import Final

from easel.errors import (
    BudgetExceeded,
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
    SecretUnavailable,
    StorageUnavailable,
    UnknownModel,
)
from easel.http.description import empty, route

_TAG: Final = "Telegram"

SUBMIT: Final = route(
    "botSubmitGeneration",
    _TAG,
    "Submit a generation for a Telegram user",
    "Image-to-image with `reference_urls` or `reference_file_ids`, else text-to-image. The user pays. A submit that is "
    "repeated with the same `telegram_id`, `chat_id` and `message_id` within 24 hours answers with the generation that "
    "it first made, whatever else it sends; a repeated `Idempotency-Key` has to come with the same request.",
    {200: "Taken, now or before."},
    errors=(
        *(InvalidRequest, UnknownModel, InsufficientCredits, BudgetExceeded, NotFound, LimitReached),
        *(IdempotencyKeyReused, Contended),
    ),
)

READ_ACTIVE: Final = route(
    "botReadActiveGeneration",
    _TAG,
    "Get a Telegram user's running generation",
    "Or that there is none.",
    {200: "The running generation."},
    errors=(InvalidRequest, NotFound),
)

READ: Final = route(
    "botReadGeneration",
    _TAG,
    "Get a generation of a Telegram user",
    "By `id` or `public_id`; another user's is 404.",
    {200: "The generation."},
    errors=(InvalidRequest, NotFound),
)

REFRESH: Final = route(
    "botRefreshGeneration",
    _TAG,
    "Reconcile a generation with its provider now",
    "Has the provider asked at once what has become of it, at most every five seconds; asked more often, it answers "
    "with what is known.",
    {200: "The generation."},
    errors=(InvalidRequest, NotFound, QueueUnavailable),
)

READ_RESULTS: Final = route(
    "botReadResults",
    _TAG,
    "List the results of a generation",
    "A bare list of addresses, in order. They work without a credential and never change.",
    {200: "Addresses."},
    errors=(InvalidRequest, NotFound),
)

KEEP_FILE: Final = route(
    "botKeepTelegramFile",
    _TAG,
    "Remember the Telegram file id of a result",
    "After the bot has sent it: later answers have it as `telegram_file_id`, for this bot only.",
    {200: "The generation."},
    errors=(InvalidRequest, NotFound, Contended),
)

LIST: Final = route(
    "botListGenerations",
    _TAG,
    "List a Telegram user's generations",
    "Newest first.",
    {200: "One page."},
    errors=(InvalidRequest, NotFound),
)

PRICE: Final = route(
    "botPriceGeneration",
    _TAG,
    "Get the price of a request",
    "In credits; nothing is written.",
    {200: "The price."},
    errors=(InvalidRequest, UnknownModel, NotFound, SecretUnavailable),
)

SHOW_PHOTO: Final = route(
    "botShowPhoto",
    _TAG,
    "Get an image as Telegram takes a photo",
    "JPEG, at most 5 MB, sides of at most 10,000 pixels together, at most 20:1. Leads to the bytes; works without a "
    "credential.",
    {302: empty("Where the photo is.")},
    errors=(
        *(NotFound, ImageRejected, ImagingUnavailable, StorageUnavailable, DatabaseUnavailable, DatabaseRefused),
        Contended,
    ),
    public=True,
)
