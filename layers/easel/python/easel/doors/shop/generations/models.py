"""What the shop door says about prices, old names of models, and retries; and its quotes."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import Response
from pydantic import Field

from easel.clock import to_iso
from easel.domain.catalogue import load_catalogue
from easel.domain.catalogue.model import Model
from easel.domain.counting import counted
from easel.domain.credits import MILLI
from easel.domain.generation import Generation
from easel.domain.price import Price, PriceUnit
from easel.domain.request import Origin
from easel.errors import UnknownModel
from easel.http import answers
from easel.http.models import AnswerModel, Moment
from easel.ids import generation_of_image
from easel.services.money.quotes import Quote


class ShopPrice(AnswerModel):
    """What a generation costs when all of its images are delivered."""

    credits: float
    milli_credits: int
    images: int
    plan: str = Field(description="The price list of the workspace's plan.")
    unit: PriceUnit = Field(description="What the price counts.")
    rule: str = Field(description="The same in a sentence.")


class ShopModelNotice(AnswerModel):
    """An old name of a model, and what requests for it run on."""

    requested: str
    runs_on: str
    message: str


class ShopRetryOf(AnswerModel):
    """The picture that a generation makes again."""

    parent_image: str = Field(description="Its `_id`.")
    generation_id: str
    index: int
    note: str | None


class ShopQuote(AnswerModel):
    """What a request costs at most. Nothing was written, and nothing is held."""

    quote_id: str = Field(description="Send it as `quoteId` with the request: then no more than this is charged.")
    expires_at: Moment
    model: str
    model_notice: ShopModelNotice | None
    shots: list[str] = Field(description="The pictures, in their order; empty for a retry.")
    price: ShopPrice
    message: str


def price_of(price: Price) -> ShopPrice:
    """The most that a generation costs."""
    return ShopPrice(
        credits=price.total / MILLI,
        milli_credits=price.total,
        images=price.images,
        plan=price.plan,
        unit=price.unit,
        rule=price.unit.rule,
    )


def model_notice(generation: Generation) -> ShopModelNotice | None:
    """What an old name runs on; None for the name of a living model."""
    try:
        model = load_catalogue().find(generation.model)
    except UnknownModel:
        # It was taken when the catalogue still had the name.
        return None
    return _notice(model, generation.served_by.model if generation.served_by else None)


def retry_of(origin: Origin) -> ShopRetryOf | None:
    """The picture that is made again, if one is."""
    if origin.parent_image is None:
        return None
    generation_id, index = generation_of_image(origin.parent_image) or ("", 0)
    return ShopRetryOf(parent_image=origin.parent_image, generation_id=generation_id, index=index, note=origin.note)


def quote_answer(quote: Quote) -> Response[Any]:
    """A quote with all that it depends on."""
    appraisal = quote.appraisal
    made = appraisal.composition
    price = price_of(appraisal.price)
    return answers.as_json(
        ShopQuote(
            quote_id=quote.id,
            expires_at=to_iso(quote.expires_at),
            model=appraisal.model.id,
            model_notice=_notice(appraisal.model, appraisal.candidate.model),
            shots=[prompt.shot.id for prompt in made.prompts] if made else [],
            price=price,
            message=_cost(price),
        )
    )


def _cost(price: ShopPrice) -> str:
    verb = "costs" if price.images == 1 else "cost"
    return f"{counted(price.images, 'image')} {verb} {counted(price.credits, 'credit')}. {price.rule}"


def _notice(model: Model, runs_on: str | None) -> ShopModelNotice | None:
    life = model.life
    if life.successor is None:
        return None
    return ShopModelNotice(
        requested=model.id,
        runs_on=runs_on or life.successor,
        message=life.notice or f"Requests for {model.id} run on {life.successor}.",
    )
