"""Models and sizes."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from easel.domain.catalogue import Lifecycle
from easel.domain.price import PriceUnit
from easel.domain.request import Mode
from easel.http.schemas.base import AnswerModel
from easel.http.schemas.images import ServedByBody


class ModelOptions(BaseModel):
    """What a model lets the caller choose. The keys are in snake_case on every route."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    supports_size: bool
    supports_aspect_ratio: bool
    supports_resolution: bool
    size_options: list[str]
    aspect_ratio_options: list[str]
    resolution_options: list[str]


class PriceStepBody(AnswerModel):
    """One line of a price list."""

    option: str = Field(description="A size, a resolution, or `any`.")
    quality: str
    milli_credits: int
    credits: float


class PriceBody(AnswerModel):
    """What a model costs in a plan: the lowest price, and every line of the list."""

    credits: float
    milli_credits: int
    per: PriceUnit = Field(description="What is counted: the whole generation, each image, or each megapixel of it.")
    steps: list[PriceStepBody]
    milli_credits_per_megapixel_above: dict[str, int] | None = Field(
        description="For sizes beyond the list: by quality, for each megapixel begun. "
        "A size between two lines costs the larger."
    )


class DeprecationBody(AnswerModel):
    """What becomes of a name whose model ends, or has ended, at its vendor."""

    status: Lifecycle
    ends_on: date | None = Field(description="The first day on which the vendor no longer answers to the name.")
    retired_on: date | None
    successor: str = Field(description="The model that requests for this name run on, or will from that day on.")
    notice: str = Field(description="The same in a sentence.")
    price_difference: dict[str, int] = Field(
        description="By plan: how many milli-credits an image of the successor, asked for by its own name, costs more."
    )


class LatencyBody(AnswerModel):
    """How long callers lately waited for an image, from the request to the picture."""

    p50_ms: int
    p90_ms: int
    samples: int


class ModelLinks(AnswerModel):
    """Where to go from here."""

    self_: str = Field(alias="self")


class ModelBody(AnswerModel):
    """One model that requests can name."""

    id: str
    name: str
    description: str
    provider: str = Field(description="The vendor that the name belongs to, which is asked first.")
    status: Lifecycle = Field(description="`retired`: gone at its vendor; requests for the name run on its successor.")
    served_by: list[ServedByBody] = Field(description="Who makes its pictures, in the order of asking.")
    deprecation: DeprecationBody | None = Field(description="Null for a model that lives.")
    aliases: list[str] = Field(description="Other names that requests may use.")
    equivalents: list[str] = Field(description="Models that may stand in with `fallback: equivalent`.")
    modes: list[Mode]
    options: ModelOptions
    default_size: str | None
    sizes: dict[str, Any] | None = Field(description="The rule: either `sizes`, or bounds with `examples`.")
    default_resolution: str | None
    output_formats: list[str]
    qualities: list[str]
    default_quality: str
    styles: list[str]
    backgrounds: list[str]
    max_images: int
    max_references: int
    max_prompt_characters: int
    deadline_seconds: int
    price: PriceBody = Field(description="Of the standard plan.")
    prices: dict[str, PriceBody] = Field(description="By plan.")
    price_book_version: str
    latency: LatencyBody | None = Field(
        description="Of the last seven days; null in lists, and when nobody asked for it."
    )
    input_schema: dict[str, Any] = Field(description="JSON Schema of a request that this model takes.")
    links: ModelLinks


class ModelList(AnswerModel):
    """Every model that can be named."""

    models: list[ModelBody]
    version: str = Field(description="Of the catalogue.")


class SizeBody(AnswerModel):
    """A ready-made size. Any other within the model's bounds works as well."""

    size: str
    width: int
    height: int
    aspect_ratio: str
    label: str


class SizeList(AnswerModel):
    """The ready-made sizes of `model`; for a model of ratios, the pixels that each ratio comes out with."""

    model: str
    min_side: int | None
    max_side: int | None
    default: str | None
    sizes: list[SizeBody]
