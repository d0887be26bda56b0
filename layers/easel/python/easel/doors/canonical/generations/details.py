"""Details of a generation that quotes show as well: its price and its parameters."""

from __future__ import annotations

from pydantic import Field

from easel.domain.credits import MILLI
from easel.domain.price import Price, PriceUnit
from easel.domain.request import ImageParameters
from easel.http.models import AnswerModel


class PriceOfGeneration(AnswerModel):
    """What a generation costs when all of its images are delivered, as it was when it was asked for."""

    unit: PriceUnit = Field(description="What the price counts.")
    rule: str = Field(description="The same in a sentence.")
    plan: str = Field(description="The price list of the workspace's plan.")
    version: str = Field(description="Of the price book.")
    milli_credits: int = Field(ge=0)
    credits: float = Field(ge=0, description="The same in credits.")


class ParametersBody(AnswerModel):
    """The parameters of the images, with the model's defaults filled in."""

    size: str | None
    aspect_ratio: str | None
    resolution: str | None
    output_format: str | None
    quality: str | None
    style: str | None
    background: str | None
    watermark: str | None
    negative_prompt: str | None
    guidance: float | None
    steps: int | None
    seed: int | None = Field(description="Of the first image; each further one has the next.")


def price_body(price: Price) -> PriceOfGeneration:
    """The most that a generation costs."""
    return PriceOfGeneration(
        unit=price.unit,
        rule=price.unit.rule,
        plan=price.plan,
        version=price.version,
        milli_credits=price.total,
        credits=price.total / MILLI,
    )


def parameters_body(parameters: ImageParameters) -> ParametersBody:
    """The parameters of the images."""
    return ParametersBody(
        size=str(parameters.size) if parameters.size else None,
        aspect_ratio=parameters.aspect_ratio,
        resolution=parameters.resolution,
        output_format=parameters.output_format,
        quality=parameters.quality,
        style=parameters.style,
        background=parameters.background,
        watermark=parameters.watermark,
        negative_prompt=parameters.negative_prompt,
        guidance=parameters.guidance,
        steps=parameters.steps,
        seed=parameters.seed,
    )
