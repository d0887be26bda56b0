"""Models, prices and sizes as the bot reads them: bare lists, with integers for ids."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from easel.domain.catalogue import Catalogue, Model
from easel.domain.plans import DEFAULT_PLAN, plan_of
from easel.domain.pricing import load_price_book, price_range
from easel.domain.request import Size
from easel.doors.bot.catalogue.numbers import MODEL_NUMBERS
from easel.doors.bot.models import BotAnswer, credits_of
from easel.http.models import Moment

SIZES_MODEL: Final = "seedream-v4"
"""The model whose sizes `/sizes` lists."""

CURRENCY: Final = "credit"

_FAMILIAR_SIZES: Final = (Size(1408, 1408), Size(1920, 1080), Size(1080, 1920))
"""Ready-made sizes beside the model's own options."""


class BotModelOptions(BotAnswer):
    """What a model lets people choose."""

    supports_size: bool
    supports_aspect_ratio: bool
    supports_resolution: bool
    size_options: list[str]
    aspect_ratio_options: list[str]
    resolution_options: list[str]


class BotModelBody(BotAnswer):
    """One model."""

    id: int = Field(description="`model_id` of a request; it never changes.")
    key: str
    name: str
    provider: str
    supports_text_to_image: bool
    supports_image_to_image: bool
    supports_reference: bool
    supports_size: bool
    supports_aspect_ratio: bool
    supports_resolution: bool
    supports_quality: bool
    supports_style: bool
    max_references: int
    max_prompt_characters: int
    is_active: bool
    created_at: Moment
    options: BotModelOptions


class BotPriceBody(BotAnswer):
    """What one generation costs, with nothing but the model chosen; `POST /api/v1/generations/price` knows more."""

    id: int
    model_id: int
    currency: str
    unit_price: int | float
    is_active: bool
    created_at: Moment


class BotModelWithPrices(BotAnswer):
    """A model and its prices."""

    model: BotModelBody
    prices: list[BotPriceBody]


def model_list(catalogue: Catalogue) -> list[BotModelWithPrices]:
    """The active models, those of the bot's own menu first."""
    models = sorted(catalogue.active_models(), key=lambda model: MODEL_NUMBERS[model.id])
    return [_with_prices(catalogue, model) for model in models]


def size_list(catalogue: Catalogue) -> list[str]:
    """The ready-made sizes, smallest first: what the model offers, and familiar ones that it takes as well."""
    rule = catalogue.find(SIZES_MODEL).sizes
    offered = rule.options if rule else ()
    return [_text(size) for size in sorted({*offered, *_FAMILIAR_SIZES}, key=lambda size: (size.pixels, size.width))]


def _with_prices(catalogue: Catalogue, model: Model) -> BotModelWithPrices:
    number, since = MODEL_NUMBERS[model.id], f"{catalogue.version}T00:00:00.000Z"
    price = price_range(load_price_book(), plan_of(DEFAULT_PLAN).prices, model).default
    options = _options(model)
    return BotModelWithPrices(
        model=BotModelBody(
            id=number,
            key=model.id,
            name=model.name,
            provider=model.provider,
            supports_text_to_image=True,
            supports_image_to_image=model.max_references > 0,
            supports_reference=model.max_references > 0,
            supports_size=options.supports_size,
            supports_aspect_ratio=options.supports_aspect_ratio,
            supports_resolution=options.supports_resolution,
            supports_quality=len(model.qualities) > 1,
            supports_style=bool(model.styles),
            max_references=model.max_references,
            max_prompt_characters=model.max_prompt_characters,
            is_active=True,
            created_at=since,
            options=options,
        ),
        prices=[
            BotPriceBody(
                id=number,
                model_id=number,
                currency=CURRENCY,
                unit_price=credits_of(price),
                is_active=True,
                created_at=since,
            )
        ],
    )


def _options(model: Model) -> BotModelOptions:
    return BotModelOptions(
        supports_size=model.sizes is not None,
        supports_aspect_ratio=bool(model.aspect_ratios),
        supports_resolution=bool(model.resolutions),
        size_options=[_text(size) for size in model.sizes.options] if model.sizes else [],
        aspect_ratio_options=list(model.aspect_ratios),
        resolution_options=list(model.resolutions),
    )


def _text(size: Size) -> str:
    """As the bot sends it: `2048*2048`."""
    return f"{size.width}*{size.height}"
