"""What the bot asks for: images, and what they would cost."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from itertools import zip_longest
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query
from pydantic import Field

from easel.domain.reference import Reference, TelegramSource, UrlSource
from easel.domain.request import AskedParameters, ImageRequest
from easel.doors.bot.catalogue.numbers import model_named
from easel.doors.bot.generations.echo import client_reference, echo_of
from easel.doors.bot.models import BotRequest
from easel.doors.bot.people import TelegramIdInBody
from easel.errors import InvalidRequest, NotFound
from easel.http.models import INTEGRAL, WebAddress, WholeNumber, WholeNumberParameter
from easel.http.pagination import Listing, PageRequest, limit_of
from easel.http.parse import LONGEST_KEY
from easel.outbound.addresses import BadAddress, origins, parse_address

HISTORY: Final = Listing(default=20, maximum=100, takes=frozenset({"offset"}))
GenerationId = Annotated[
    str, Path(alias="generationId", description="`id` or `public_id`.", json_schema_extra={"pattern": "^[0-9a-f-]+$"})
]
ResultNumber = Annotated[
    str, Path(alias="resultNumber", description="`index` of a result.", json_schema_extra={"pattern": "^[0-9]{1,2}$"})
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Optional: without one, `message_id` is the key (see there). The same key with another request is "
        "422. Recommended is `tg:<bot>:<chat_id>:<prompt_message_id>`.",
        json_schema_extra={"pattern": f"^[!-~]{{1,{LONGEST_KEY}}}$"},
    ),
]
Language = Annotated[
    str | None, Query(alias="language", description="Of messages: `uz`, `ru` or `en`; else `Accept-Language`.")
]

_ANY_ID: Final = re.compile(r"[0-9]{1,18}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_LONGEST_ECHO: Final = 64
_LONGEST_FILE_ID: Final = 256
_LONGEST_INDEX: Final = 2
_TelegramNumber = Annotated[int, Field(ge=-(2**53), le=2**53), INTEGRAL]
"""Of a chat or a message: Telegram's have at most 52 bits."""
_Named = Annotated[str, Field(min_length=1, max_length=_LONGEST_ECHO)]


Limit = Annotated[WholeNumberParameter | None, HISTORY.limit_parameter()]
Offset = Annotated[WholeNumberParameter | None, HISTORY.offset_parameter()]


class BotPriceRequest(BotRequest):
    """What the bot asks for the price of. `null` means the same as leaving a field out."""

    telegram_id: TelegramIdInBody
    model_id: WholeNumber | str = Field(
        description="`id` of `GET /api/v1/models`, or the model's `key`.", examples=[1, "seedream-v4"]
    )
    size: str | None = Field(default=None, description="One of `size_options`, as `WIDTH*HEIGHT` or `WIDTHxHEIGHT`.")
    aspect_ratio: str | None = Field(default=None, description="One of `aspect_ratio_options`.")
    resolution: str | None = Field(default=None, description="One of `resolution_options`.")
    quality: str | None = Field(default=None, description="One of the model's qualities.")
    input_fidelity: str | None = Field(default=None, description="No model here takes it: null.")
    is_image_to_image: bool | None = None


class BotSubmitRequest(BotRequest):
    """What to draw, for whom, and where the bot shows it. `null` means the same as leaving a field out."""

    telegram_id: TelegramIdInBody
    model_id: WholeNumber | str = Field(
        description="`id` of `GET /api/v1/models`, or the model's `key`.", examples=[1, "seedream-v4"]
    )
    prompt: str = Field(min_length=1, examples=["A red fox asleep in fresh snow"])
    size: str | None = Field(default=None, description="One of `size_options`, as `WIDTH*HEIGHT` or `WIDTHxHEIGHT`.")
    aspect_ratio: str | None = Field(default=None, description="One of `aspect_ratio_options`.")
    resolution: str | None = Field(default=None, description="One of `resolution_options`.")
    quality: str | None = Field(default=None, description="One of the model's qualities.")
    style: str | None = Field(default=None, description="One of the model's styles.")
    input_fidelity: str | None = Field(default=None, description="No model here takes it: null.")
    reference_urls: list[WebAddress] | None = Field(
        default=None, description="Pictures to work from, in order. With any of them the request is image-to-image."
    )
    reference_file_ids: list[str | None] | None = Field(
        default=None,
        description="Telegram file ids, in the order of `reference_urls`; without these, the bot's own file ids are "
        "the pictures.",
    )
    chat_id: _TelegramNumber | _Named | None = Field(default=None, description="Comes back in every answer.")
    message_id: _TelegramNumber | None = Field(
        default=None,
        description="The status message that the bot made for this submit; comes back in every answer. For 24 hours "
        "the same user, chat and message are the same generation, whatever else is sent: a repeated submit is not paid "
        "twice.",
    )
    prompt_message_id: _TelegramNumber | None = Field(default=None, description="Comes back in every answer.")
    language: str | None = Field(
        default=None,
        min_length=1,
        max_length=35,
        description="Of messages about this generation: `uz`, `ru` or `en`. Comes back in every answer.",
    )


class BotRefreshRequest(BotRequest):
    """Whose generation it is."""

    telegram_id: TelegramIdInBody
    language: str | None = Field(default=None, max_length=35)


class BotFileRequest(BotRequest):
    """Telegram's id of a file that the bot has sent."""

    file_id: str = Field(min_length=1, max_length=_LONGEST_FILE_ID)
    bot_id: WholeNumber | None = Field(default=None, description="Accepted: a workspace has one bot.")


def result_number(text: str) -> int:
    """A result by its place, counted from 0. Raises NotFound."""
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_INDEX):
        raise NotFound(f"There is no result {text[:20]}.")
    return int(text)


def submit_request(
    request: BotSubmitRequest, sent: Mapping[str, Any], *, trusted: Collection[str] = ()
) -> ImageRequest:
    """The request of the domain. `sent` is the body as it came in, kept with the generation.

    Raises:
        InvalidRequest: a reference that would not be fetched, file ids that belong to nothing, or a parameter that no
            model takes.
    """
    _refuse_fidelity(request.input_fidelity)
    named = _references(request, trusted)
    return ImageRequest(
        prompt=request.prompt,
        model=model_named(request.model_id),
        asked=_asked(request),
        references=tuple(reference for _, reference in named),
        reference_fields=tuple(field for field, _ in named),
        input_params=sent,
        client_reference=client_reference(echo_of(sent)),
    )


def price_request(request: BotPriceRequest) -> ImageRequest:
    """The same without a prompt: prices do not depend on it, nor on references.

    Raises:
        InvalidRequest: a parameter that no model takes.
    """
    _refuse_fidelity(request.input_fidelity)
    return ImageRequest(prompt="-", model=model_named(request.model_id), asked=_asked(request))


def natural_key(request: BotSubmitRequest) -> str | None:
    """What makes a repetition of a submit known where the client sends no key: the status message made for it."""
    if request.message_id is None:
        return None
    return f"tg:{request.telegram_id}:{request.chat_id if request.chat_id is not None else ''}:{request.message_id}"


def history_page(limit: int | None, offset: int | None) -> PageRequest:
    """Which part of the history is wanted. Raises InvalidRequest: out of range."""
    size, skip = limit_of(HISTORY, limit), offset or 0
    highest = HISTORY.reach - size
    if not 0 <= skip <= highest:
        message = f"offset must be from 0 to {highest} with limit {size}."
        raise InvalidRequest.of("offset", message, {"minimum": 0, "maximum": highest})
    return PageRequest(size, offset=skip)


def generation_named(text: str) -> str:
    """A generation as an address names it, by number or UUID.

    Raises:
        NotFound: neither.
    """
    named = text.strip().lower()
    if not _ANY_ID.fullmatch(named):
        raise NotFound(f"There is no generation {text[:80]}.")
    return named


def _asked(request: BotSubmitRequest | BotPriceRequest) -> AskedParameters:
    return AskedParameters(
        size=request.size,
        aspect_ratio=request.aspect_ratio,
        resolution=request.resolution,
        quality=request.quality,
        style=request.style if isinstance(request, BotSubmitRequest) else None,
    )


def _refuse_fidelity(input_fidelity: str | None) -> None:
    if input_fidelity is not None:
        raise InvalidRequest.of("input_fidelity", "No model takes input_fidelity; send null.", [None])


def _references(request: BotSubmitRequest, trusted: Collection[str]) -> list[tuple[str, Reference]]:
    """The references, each with the field that names it."""
    urls, file_ids = request.reference_urls or [], request.reference_file_ids or []
    if not urls:
        given = enumerate(file_ids)
        return [(f"reference_file_ids[{index}]", Reference(TelegramSource(text))) for index, text in given if text]
    if len(file_ids) > len(urls):
        message = f"There are {len(file_ids)} reference_file_ids for {len(urls)} reference_urls."
        raise InvalidRequest.of("reference_file_ids", message, {"maxItems": len(urls)})
    trusted_origins = origins(trusted)
    pairs = enumerate(zip_longest(urls, file_ids))
    named = [(f"reference_urls[{index}]", UrlSource(url, file_id or None)) for index, (url, file_id) in pairs]
    for field, source in named:
        try:
            parse_address(source.url, trusted_origins)
        except BadAddress as error:
            raise InvalidRequest.of(field, f"{field} {error.reason}.", error.allowed) from error
    return [(field, Reference(source)) for field, source in named]
