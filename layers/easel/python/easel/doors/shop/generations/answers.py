"""Generations as the shop door shows them: `_id`, `generatedImages`, and the envelopes of seed 000."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from pydantic import Field

from easel.clock import to_iso
from easel.domain.credits import MILLI
from easel.domain.generation import Generation
from easel.domain.image import Status
from easel.domain.latency import Expectation
from easel.doors.shop.generations.models import (
    ShopModelNotice,
    ShopPrice,
    ShopRetryOf,
    model_notice,
    price_of,
    retry_of,
)
from easel.doors.shop.generations.pictures import (
    ShopFailedImage,
    ShopFault,
    ShopPicture,
    failed_images,
    fault_of,
    pictures,
)
from easel.http import answers
from easel.http.models import AnswerModel, Moment, moment
from easel.http.pagination import PageRequest, Pages
from easel.services.generations.list_with_total import GenerationList

GENERATIONS_PATH: Final = "/api/generations"
DELETE_RULE: Final = "Its pictures are gone; what was charged for them stays charged."
CANCEL_RULE: Final = "What was delivered before the cancellation is kept and charged; nothing else is."

Expect = Callable[[Generation], Expectation | None]

_RETRY_AFTER: Final = {"Retry-After": "2"}


class ShopGenerationBody(AnswerModel):
    """One generation of a product's pictures. `_id` and `id` are the same."""

    id_: str = Field(alias="_id")
    id: str
    status: Status
    product_id: str | None = Field(description="Null for images that were made without a product.")
    model: str = Field(description="The model as it was asked for.")
    model_notice: ShopModelNotice | None = Field(description="What that name runs on, where it is an old one.")
    progress: int = Field(ge=0, le=100, description="Percent; never decreases.")
    eta: Moment | None = Field(description="When it is expected to end; null where that is not known.")
    eta_seconds: int | None = Field(description="The same from now on.")
    generated_images: list[ShopPicture] = Field(description="Those that are there, in the order of the shots.")
    failed_images: list[ShopFailedImage] = Field(description="Those that will not come, each with its reason.")
    total_images: int
    price: ShopPrice | None = Field(description="What it costs at most.")
    charged_credits: float | None = Field(description="What it has cost; null until the end.")
    error: ShopFault | None = Field(description="Why nothing was delivered.")
    retry_of: ShopRetryOf | None = Field(description="The picture that it makes again.")
    created_at: Moment
    completed_at: Moment | None


class ShopGenerationAnswer(AnswerModel):
    """A generation."""

    generation: ShopGenerationBody


class StartedShopGeneration(ShopGenerationAnswer):
    """A new generation."""

    message: str


class CancelledShopGeneration(ShopGenerationAnswer):
    """A cancelled generation."""

    message: str
    rule: str = Field(description="What a cancellation charges.")


class DeletedShopGeneration(AnswerModel):
    """A generation that had ended and is deleted."""

    id_: str = Field(alias="_id")
    message: str
    rule: str = Field(description="What a deletion charges.")


class ShopGenerationPage(AnswerModel):
    """The newest generations first."""

    generations: list[ShopGenerationBody]
    total: int = Field(description="How many generations of this status there are in all.")
    page: int | None = Field(description="Null when a cursor was used.")
    limit: int
    next_cursor: str | None = Field(description="Send it back as `cursor`; null on the last page.")


def generation_body(
    generation: Generation, base_url: str, *, expectation: Expectation | None = None, now: datetime | None = None
) -> ShopGenerationBody:
    """One generation with its pictures."""
    at = expectation.at if expectation else None
    return ShopGenerationBody(
        id_=generation.id,
        id=generation.id,
        status=generation.status,
        product_id=generation.origin.product_id,
        model=generation.model,
        model_notice=model_notice(generation),
        progress=generation.progress,
        eta=moment(at),
        eta_seconds=max(0, round((at - now).total_seconds())) if at and now else None,
        generated_images=pictures(generation, base_url),
        failed_images=failed_images(generation, GENERATIONS_PATH),
        total_images=len(generation.images),
        price=price_of(generation.price) if generation.price else None,
        charged_credits=None if generation.charged is None else generation.charged / MILLI,
        error=fault_of(generation.failure) if generation.failure else None,
        retry_of=retry_of(generation.origin),
        created_at=to_iso(generation.created_at),
        completed_at=moment(generation.completed_at),
    )


def started_answer(generation: Generation, base_url: str, *, replayed: bool) -> Response[Any]:
    """`{generation, message}`."""
    body = StartedShopGeneration(generation=generation_body(generation, base_url), message="Generation started")
    headers = {"Location": f"{GENERATIONS_PATH}/{generation.id}", **_pause(generation)}
    repeated = {"Idempotent-Replayed": "true"} if replayed else {}
    return answers.as_json(body, status=HTTPStatus.ACCEPTED, headers=headers | repeated)


def status_answer(
    generation: Generation, base_url: str, expect: Expect, *, now: datetime, if_none_match: str | None
) -> Response[ShopGenerationAnswer]:
    """`{generation}`, with a tag to ask again by. Nothing more is read for a caller that has it already."""
    body = generation_body(generation, base_url)
    tag = answers.etag(body.model_dump(mode="json", by_alias=True), weak=True)
    if not answers.has_tag(if_none_match, tag):
        body = generation_body(generation, base_url, expectation=expect(generation), now=now)
    return answers.as_json(ShopGenerationAnswer(generation=body), headers={"ETag": tag, **_pause(generation)})


def ended_answer(
    generation_id: str, cancelled: Generation | None, base_url: str
) -> Response[CancelledShopGeneration | DeletedShopGeneration]:
    """`{message}`, with what it means; without a generation it was deleted."""
    body: CancelledShopGeneration | DeletedShopGeneration
    if cancelled is None:
        body = DeletedShopGeneration(message="Generation deleted", id_=generation_id, rule=DELETE_RULE)
    else:
        shown = generation_body(cancelled, base_url)
        body = CancelledShopGeneration(message="Generation cancelled", generation=shown, rule=CANCEL_RULE)
    return answers.as_json(body)


def generation_page(listed: GenerationList, requested: PageRequest, pages: Pages, base_url: str) -> ShopGenerationPage:
    """`{generations, total, page, limit}`."""
    bodies, next_cursor = pages.fit(listed.page, lambda generation: generation_body(generation, base_url))
    return ShopGenerationPage(
        generations=bodies, total=listed.total, page=requested.page, limit=requested.limit, next_cursor=next_cursor
    )


def _pause(generation: Generation) -> Mapping[str, str]:
    return {} if generation.status.is_final else _RETRY_AFTER
