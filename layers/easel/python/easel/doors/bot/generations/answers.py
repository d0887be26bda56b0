"""Generations as the bot reads them: integers for ids, statuses in small letters, a bare list of result addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import Field

from easel.clock import to_iso
from easel.domain.catalogue import load_catalogue
from easel.domain.file_names import name_in
from easel.domain.generation import Generation
from easel.domain.image import Image, Status
from easel.doors.bot.catalogue.numbers import MODEL_NUMBERS
from easel.doors.bot.generations.echo import echo_of, spoken
from easel.doors.bot.models import BotAnswer, credits_of
from easel.doors.bot.texts import text_of
from easel.errors import UnknownModel
from easel.http.models import Moment, moment
from easel.http.pagination import PageRequest, fitting
from easel.ids import number_of
from easel.services.images.links import permalink
from easel.services.money.quotes import Quote
from easel.services.ports.pages import Page

_STATUSES: Final = {
    Status.PENDING: "pending",
    Status.PROCESSING: "running",
    Status.COMPLETED: "completed",
    Status.FAILED: "failed",
    Status.CANCELLED: "cancelled",
}
_STATUS_OF_FAILURES: Final = 500
"""Codes without a text of their own are told of as a fault of the service."""
_BALANCE_LOW: Final = "provider_balance_low"
"""On this code bots say that they pause. They are the operator's own programs, so they learn of the account."""
_TELEGRAM_MODES: Final = {"text-to-image": "t2i", "image-to-image": "i2i"}


class BotResultBody(BotAnswer):
    """One picture that is there. Both addresses work without a credential."""

    index: int
    url: str = Field(description="The original; it never changes. `?download=1` gives it a file name.")
    telegram_photo_url: str = Field(
        description="The same as Telegram takes a photo by address: JPEG, at most 5 MB, sides of at most 10,000 pixels "
        "together, at most 20:1."
    )
    filename: str
    width: int
    height: int
    media_type: str
    bytes: int
    telegram_file_id: str | None = Field(description="Under which this bot has sent it before.")


class BotGenerationBody(BotAnswer):
    """One generation."""

    id: int
    public_id: str
    user_id: int
    model_id: int | None
    model_key: str
    model_name: str
    prompt: str
    mode: str
    status: str = Field(json_schema_extra={"enum": [*_STATUSES.values()]})
    progress: int
    size: str | None
    aspect_ratio: str | None
    resolution: str | None
    quality: str | None
    style: str | None
    input_params: dict[str, Any] = Field(description="The request as it was sent.")
    references_count: int
    reference_urls: list[str]
    reference_file_ids: list[str | None]
    cost: int | float = Field(description="Credits: what was taken, and before the end what it costs at most.")
    error_code: str | None = Field(
        description="Why there is no picture: `content_policy` where a vendor refused it, `provider_balance_low` where "
        "our own account at the vendor is empty or has reached a limit."
    )
    error_message: str | None = Field(description="In the language of the request, with the credits that came back.")
    result_urls: list[str]
    results: list[BotResultBody]
    chat_id: int | str | None
    message_id: int | str | None
    prompt_message_id: int | str | None
    language: str | None
    created_at: Moment
    updated_at: Moment
    started_at: Moment | None
    completed_at: Moment | None


class BotSubmittedBody(BotAnswer):
    """A generation that was taken."""

    request: BotGenerationBody
    job_id: int
    provider_job_id: str | None = Field(description="Not known before the provider has taken it.")
    trial_used: bool = Field(description="Whether the user's trial pays for it.")
    replayed: bool = Field(description="Whether this submit repeats one that was taken before.")


class BotActiveBody(BotAnswer):
    """A user's running generation."""

    has_active: bool
    request_id: int | None
    public_id: str | None
    status: str | None
    chat_id: int | str | None = None
    message_id: int | str | None = None
    prompt_message_id: int | str | None = None
    language: str | None = None


class BotHistoryBody(BotAnswer):
    """A page of a user's generations, newest first."""

    items: list[BotGenerationBody]
    total: int = Field(description="Of those up to this page, and one more if there are further ones.")
    limit: int
    offset: int


class BotPriceOfRequestBody(BotAnswer):
    """What a request would cost."""

    model_id: int | None
    model_key: str
    price_credits: int | float
    price_usd: float | None = Field(description="A bot's own prices in money are not known here: null.")
    is_dynamic: bool
    cached: bool


@dataclass(frozen=True, slots=True)
class BotContext:
    """Passed whole from a handler to the presenters: our address, whom they are for, and what this bot has sent."""

    base_url: str
    telegram_id: int
    files: Mapping[str, str] = field(default_factory=dict)


def generation_body(generation: Generation, context: BotContext) -> BotGenerationBody:
    """One generation with its results."""
    parameters, echo = generation.parameters, echo_of(generation.input_params)
    results = [_result(generation, image, context) for image in generation.images if image.stored]
    return BotGenerationBody(
        id=number_of(generation.id),
        public_id=generation.id,
        user_id=context.telegram_id,
        model_id=MODEL_NUMBERS.get(generation.model),
        model_key=generation.model,
        model_name=_model_name(generation.model),
        prompt=generation.prompt,
        mode=_TELEGRAM_MODES[generation.mode.value],
        status=_STATUSES[generation.status],
        progress=generation.progress,
        size=f"{parameters.size.width}*{parameters.size.height}" if parameters.size else None,
        aspect_ratio=parameters.aspect_ratio,
        resolution=parameters.resolution,
        quality=parameters.quality,
        style=parameters.style,
        input_params=dict(generation.input_params),
        references_count=len(generation.references),
        reference_urls=[reference.url for reference in generation.references if reference.url],
        reference_file_ids=[reference.telegram_file_id for reference in generation.references],
        cost=credits_of(_cost(generation)),
        error_code=_error_code(generation),
        error_message=_error_message(generation),
        result_urls=[result.url for result in results],
        results=results,
        **echo.model_dump(),
        created_at=to_iso(generation.created_at),
        updated_at=to_iso(generation.completed_at or generation.started_at or generation.created_at),
        started_at=moment(generation.started_at),
        completed_at=moment(generation.completed_at),
    )


def submitted_body(
    generation: Generation, context: BotContext, *, trial_used: bool, replayed: bool
) -> BotSubmittedBody:
    """A generation that was taken."""
    return BotSubmittedBody(
        request=generation_body(generation, context),
        job_id=number_of(generation.id),
        provider_job_id=None,
        trial_used=trial_used,
        replayed=replayed,
    )


def active_body(generation: Generation | None) -> BotActiveBody:
    """The running generation of a user, or that there is none."""
    if generation is None or generation.status.is_final:
        return BotActiveBody(has_active=False, request_id=None, public_id=None, status=None)
    return BotActiveBody(
        has_active=True,
        request_id=number_of(generation.id),
        public_id=generation.id,
        status=_STATUSES[generation.status],
        **echo_of(generation.input_params).model_dump(),
    )


def result_urls(generation: Generation, context: BotContext) -> list[str]:
    """The addresses of the pictures that are there, in order."""
    return [_url(generation, image, context) for image in generation.images if image.stored]


def history_body(page: Page[Generation], context: BotContext, asked: PageRequest) -> BotHistoryBody:
    """A page of a user's generations."""
    items = fitting(page.items, lambda generation: generation_body(generation, context))
    more = page.next_after is not None or len(items) < len(page.items)
    return BotHistoryBody(items=items, total=asked.skip + len(items) + int(more), limit=asked.limit, offset=asked.skip)


def price_body(quote: Quote) -> BotPriceOfRequestBody:
    """What a request would cost."""
    model = quote.appraisal.model.id
    return BotPriceOfRequestBody(
        model_id=MODEL_NUMBERS.get(model),
        model_key=model,
        price_credits=credits_of(quote.appraisal.price.total),
        price_usd=None,
        is_dynamic=False,
        cached=False,
    )


def _result(generation: Generation, image: Image, context: BotContext) -> BotResultBody:
    stored = image.stored
    if stored is None:
        raise ValueError("a result is a picture that is there")
    url = _url(generation, image, context)
    return BotResultBody(
        index=image.index,
        url=url,
        telegram_photo_url=f"{url}/photo.jpg",
        filename=name_in(generation, image, stored.original_key).plain,
        width=stored.width,
        height=stored.height,
        media_type=stored.media_type,
        bytes=stored.byte_count,
        telegram_file_id=context.files.get(image.id),
    )


def _url(generation: Generation, image: Image, context: BotContext) -> str:
    return permalink(context.base_url, generation.workspace_id, image.id, generation.permalink_secret)


def _model_name(model: str) -> str:
    try:
        return load_catalogue().find(model).name
    except UnknownModel:
        # One that an older catalogue had.
        return model


def _cost(generation: Generation) -> int:
    if generation.charged is not None:
        return generation.charged
    return generation.price.total if generation.price else 0


def _error_code(generation: Generation) -> str | None:
    failure = generation.failure
    if failure is None:
        return None
    return _BALANCE_LOW if failure.account_empty else failure.code


def _error_message(generation: Generation) -> str | None:
    """Why there is no picture, and what came back: a text for the chat."""
    code = "cancelled" if generation.status is Status.CANCELLED else _error_code(generation)
    if code is None:
        return None
    language = spoken(generation.input_params)
    returned = (generation.price.total if generation.price else 0) - (generation.charged or 0)
    text = text_of(code, language, status=_STATUS_OF_FAILURES)
    if generation.status.is_final and returned > 0:
        amount = credits_of(returned)
        text += " " + text_of("credit_returned" if amount == 1 else "credits_returned", language, {"credits": amount})
    return text
