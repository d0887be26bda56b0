"""A generation, its price and its pages."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from easel.domain.image import Stage, Status
from easel.domain.price import PriceUnit
from easel.domain.request import Mode
from easel.http.schemas.base import AnswerModel, Moment
from easel.http.schemas.catalogue import DeprecationBody
from easel.http.schemas.images import AdjustmentBody, FailureBody, ImageBody, ServedByBody


class UsedTemplateBody(AnswerModel):
    """The template that made the prompts."""

    id: str
    version: int
    shots: list[str] = Field(description="One per image, in their order.")
    warnings: list[str] = Field(description="What was done otherwise than asked, such as a value that was shortened.")


class PriceOfGeneration(AnswerModel):
    """What a generation costs when all of its images are delivered, as it was when it was asked for."""

    unit: PriceUnit = Field(description="What the price counts.")
    plan: str = Field(description="The price list of the workspace's plan.")
    version: str = Field(description="Of the price book.")
    milli_credits: int = Field(ge=0)
    credits: float = Field(ge=0, description="The same in credits.")


class ParametersBody(AnswerModel):
    """What the pictures shall be, with the model's defaults filled in."""

    size: str | None
    aspect_ratio: str | None
    resolution: str | None
    output_format: str | None
    quality: str | None
    style: str | None
    background: str | None
    watermark: str | None


class QuoteBody(AnswerModel):
    """What a request costs at most. Nothing was written, and nothing is held."""

    quote_id: str = Field(description="Send it as `quoteId` with the request: then no more than this is charged.")
    expires_at: Moment = Field(description="Until then the quote binds.")
    model: str
    images: int
    parameters: ParametersBody
    price: PriceOfGeneration
    template: UsedTemplateBody | None


class ReferenceBody(AnswerModel):
    """A picture that the model works from."""

    url: str
    role: str
    telegram_file_id: str | None


class GenerationLinks(AnswerModel):
    """Where to go from here. `cancel` is null once the generation has ended."""

    self_: str = Field(alias="self")
    cancel: str | None


class GenerationBody(AnswerModel):
    """One request for images and how far it has come."""

    id: str
    status: Status
    stage: Stage | None
    progress: int = Field(ge=0, le=100, description="Percent; coarse, never runs backwards.")
    model: str
    provider: str
    served_by: ServedByBody | None = Field(description="Who is to make it; who made each image is said there.")
    deprecation: DeprecationBody | None = Field(description="Set when the model asked for ends or has ended.")
    params_adjusted: list[AdjustmentBody] = Field(
        description="What is planned to be made otherwise than it was asked for; what was is said with each image."
    )
    mode: Mode
    prompt: str = Field(description="With a template a short title; each image has its own prompt.")
    template: UsedTemplateBody | None
    parameters: ParametersBody
    n: int
    images_completed: int
    images_failed: int
    price: PriceOfGeneration | None = Field(description="What it costs at most.")
    charged_milli_credits: int | None = Field(description="What was taken for what was delivered; null until the end.")
    charged_credits: float | None = Field(description="The same in credits.")
    provider_cost_micro_usd: int = Field(description="What providers take for all attempts, in millionths of a dollar.")
    images: list[ImageBody]
    error: FailureBody | None
    input_params: dict[str, Any] = Field(description="The request as it was sent.")
    references: list[ReferenceBody]
    client_reference: str | None
    created_at: Moment
    started_at: Moment | None
    completed_at: Moment | None
    deadline: Moment
    duration_ms: int | None = Field(description="From `createdAt` to `completedAt`.")
    links: GenerationLinks


class PageLinks(AnswerModel):
    """This page and the one after it."""

    self_: str = Field(alias="self")
    next: str | None


class GenerationPage(AnswerModel):
    """The newest generations of the workspace first."""

    generations: list[GenerationBody]
    limit: int
    page: int | None = Field(description="The page asked for by number; null when a cursor was used.")
    next_cursor: str | None = Field(description="Send it back as `cursor`; null on the last page.")
    links: PageLinks
