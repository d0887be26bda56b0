"""Images, the gallery and the history of prompts as the studio's pages read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final, Literal

from aws_lambda_powertools.event_handler import Response
from pydantic import Field

from easel.clock import to_iso
from easel.domain.credits import MILLI
from easel.domain.generation import Generation
from easel.domain.image import Image, Status
from easel.domain.request import Mode
from easel.domain.usage import LifetimeTotals
from easel.http import answers
from easel.http.failures import failed_generation
from easel.http.models import AnswerModel, Moment
from easel.http.pagination import PageRequest, Pages
from easel.services.images.links import permalink
from easel.services.ports.pages import Page

_TITLE_CHARACTERS: Final = 50
_MICRO: Final = 1_000_000
_PAUSE_SECONDS: Final = 2
_COSTS: Final = "Dollars; 0 for people whom a bot brings, and while nothing is known."
_ANY_SIZE: Final = "auto"
TaskType = Literal["TEXT_TO_IMAGE", "IMAGE_TO_IMAGE"]


class StudioImage(AnswerModel):
    """One image of a request. Its address never changes; it answers 202 until the image exists."""

    id: str
    url: str
    title: str
    prompt: str
    status: Status
    thumbnail_url: str
    width: int | None
    height: int | None


class StudioGenerated(AnswerModel):
    """What was made of a prompt: the same while it is being made (202) and afterwards (200)."""

    success: bool = Field(default=True, description="Always true.")
    prompt_id: str
    status: Status
    images: list[StudioImage]
    cost: float = Field(description=f"What the providers took. {_COSTS}")
    credits: float | None = Field(description="What it costs you: at most, while it is being made.")
    duration: int = Field(description="Milliseconds, so far or in all.")


class StudioGalleryImage(AnswerModel):
    """A request that delivered images, by its first one."""

    prompt_id: str
    prompt: str
    image_id: str
    image_ids: list[str] = Field(description="All images of the request.")
    url: str
    thumbnail_url: str
    placeholder: str | None = Field(description="A BlurHash to show until the image is loaded.")
    width: int | None
    height: int | None
    model: str
    cost: float = Field(description=_COSTS)
    duration_ms: int | None
    created_at: Moment


class StudioSummary(AnswerModel):
    """Totals over all requests, whichever page is shown."""

    total_cost: float = Field(description=_COSTS)
    total_generated: int = Field(description="Images.")


class StudioPagination(AnswerModel):
    """Which part of the list this is."""

    limit: int
    offset: int | None = Field(description="Null when a cursor was used.")
    total: int = Field(
        description="Requests that delivered images. Those that were deleted are not counted; those whose images were "
        "deleted one by one are, except where the whole list is one page."
    )
    next_cursor: str | None = Field(description="Send it back as `cursor`; null on the last page.")


class StudioGallery(AnswerModel):
    """The newest images first."""

    success: bool = Field(default=True, description="Always true.")
    images: list[StudioGalleryImage]
    summary: StudioSummary
    pagination: StudioPagination


class StudioPrompt(AnswerModel):
    """One request, in whichever status."""

    id: str
    prompt: str
    task_type: TaskType
    image_size: str = Field(
        description="As it was asked for, else as it was delivered; a ratio where the model has no sizes, "
        f"`{_ANY_SIZE}` where it chooses."
    )
    status: Status
    cost: float = Field(description=_COSTS)
    duration_ms: int | None
    error_message: str | None
    created_at: Moment
    image_ids: list[str]
    watermark: str | None
    model: str


class StudioPrompts(AnswerModel):
    """The newest requests first."""

    success: bool = Field(default=True, description="Always true.")
    prompts: list[StudioPrompt]


@dataclass(frozen=True, slots=True)
class StudioContext:
    """What answers depend on beside the generation: our address, and whether the caller sees provider costs."""

    base_url: str
    shows_costs: bool

    def dollars(self, micro_usd: int) -> float:
        return micro_usd / _MICRO if self.shows_costs else 0.0

    def address(self, generation: Generation, image: Image) -> str:
        return permalink(self.base_url, generation.workspace_id, image.id, generation.permalink_secret)


def generated_answer(
    generation: Generation, context: StudioContext, *, now: datetime, replayed: bool
) -> Response[StudioGenerated]:
    """The images, or 202 of the same shape while they are being made.

    Raises:
        GenerationFailed: there will be none.
    """
    if generation.status in {Status.FAILED, Status.CANCELLED} and not generation.images_completed:
        raise failed_generation(generation.failure)
    body = StudioGenerated(
        prompt_id=generation.id,
        status=generation.status,
        images=[_image(generation, image, context) for image in generation.images if image.failure is None],
        cost=context.dollars(generation.provider_cost_micro_usd),
        credits=_credits(generation),
        duration=_milliseconds(generation, now),
    )
    headers = {"Idempotent-Replayed": "true"} if replayed else {}
    if generation.status.is_final:
        return answers.as_json(body, headers=headers)
    headers |= {
        "Retry-After": str(_PAUSE_SECONDS),
        "Location": f"{context.base_url.rstrip('/')}/api/v1/generations/{generation.id}",
    }
    return answers.as_json(body, status=HTTPStatus.ACCEPTED, headers=headers)


def gallery(
    page: Page[Generation], totals: LifetimeTotals, asked: PageRequest, pages: Pages, context: StudioContext
) -> StudioGallery:
    """One page of the gallery, with the totals of all of it. A request whose images are all deleted is not in it."""
    there = page.find(lambda generation: generation if _delivered(generation) else None)
    bodies, next_cursor = pages.fit(there, lambda generation: _gallery_image(generation, context))
    return StudioGallery(
        images=bodies,
        summary=StudioSummary(
            total_cost=context.dollars(totals.provider_cost_micro_usd), total_generated=totals.images_completed
        ),
        pagination=StudioPagination(
            limit=asked.limit,
            offset=None if asked.after else asked.skip,
            total=totals.generations_kept if asked.after or asked.skip or next_cursor else len(bodies),
            next_cursor=next_cursor,
        ),
    )


def prompts(page: Page[Generation], pages: Pages, context: StudioContext) -> tuple[StudioPrompts, str | None]:
    """One page of the history, and the cursor to the next one."""
    bodies, next_cursor = pages.fit(page, lambda generation: _prompt(generation, context))
    return StudioPrompts(prompts=bodies), next_cursor


def title_of(prompt: str) -> str:
    """The title of an image, as the original service made it."""
    return f"Generated: {prompt[:_TITLE_CHARACTERS]}"


def _image(generation: Generation, image: Image, context: StudioContext) -> StudioImage:
    address, prompt = context.address(generation, image), generation.prompt_of(image)
    return StudioImage(
        id=image.id,
        url=address,
        title=title_of(prompt),
        prompt=prompt,
        status=image.status,
        thumbnail_url=f"{address}?variant=thumbnail",
        width=image.stored.width if image.stored else None,
        height=image.stored.height if image.stored else None,
    )


def _delivered(generation: Generation) -> list[Image]:
    """Images that have a picture: neither failed, nor deleted, nor in the trash."""
    return [image for image in generation.images if image.stored]


def _gallery_image(generation: Generation, context: StudioContext) -> StudioGalleryImage:
    delivered = _delivered(generation)
    first = delivered[0]
    address = context.address(generation, first)
    return StudioGalleryImage(
        prompt_id=generation.id,
        prompt=generation.prompt_of(first),
        image_id=first.id,
        image_ids=[image.id for image in delivered],
        url=address,
        thumbnail_url=f"{address}?variant=thumbnail",
        placeholder=first.stored.blurhash if first.stored else None,
        width=first.stored.width if first.stored else None,
        height=first.stored.height if first.stored else None,
        model=generation.model,
        cost=context.dollars(generation.provider_cost_micro_usd),
        duration_ms=_ended_after(generation),
        created_at=to_iso(generation.created_at),
    )


def _prompt(generation: Generation, context: StudioContext) -> StudioPrompt:
    parameters = generation.parameters
    return StudioPrompt(
        id=generation.id,
        prompt=generation.prompt,
        task_type="IMAGE_TO_IMAGE" if generation.mode is Mode.IMAGE_TO_IMAGE else "TEXT_TO_IMAGE",
        image_size=_size(generation),
        status=generation.status,
        cost=context.dollars(generation.provider_cost_micro_usd),
        duration_ms=_ended_after(generation),
        error_message=generation.failure.message if generation.failure else None,
        created_at=to_iso(generation.created_at),
        image_ids=[image.id for image in generation.images],
        watermark=parameters.watermark,
        model=generation.model,
    )


def _size(generation: Generation) -> str:
    parameters = generation.parameters
    asked = parameters.asked_size or parameters.size or parameters.aspect_ratio
    delivered = (f"{one.stored.width}x{one.stored.height}" for one in generation.images if one.stored)
    return str(asked or next(delivered, _ANY_SIZE))


def _credits(generation: Generation) -> float | None:
    if generation.charged is not None:
        return generation.charged / MILLI
    return generation.price.total / MILLI if generation.price else None


def _ended_after(generation: Generation) -> int | None:
    return _milliseconds(generation, generation.completed_at) if generation.completed_at else None


def _milliseconds(generation: Generation, now: datetime) -> int:
    end = generation.completed_at or now
    return max(0, round((end - generation.created_at).total_seconds() * 1000))
