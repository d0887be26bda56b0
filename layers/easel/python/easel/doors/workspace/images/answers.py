"""Generated images as the workspace door shows them: one image by itself, several in a list."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from pydantic import Field

from easel.domain.catalogue import load_catalogue
from easel.domain.generation import Generation
from easel.domain.image import Image, Status
from easel.doors.workspace.amounts import credits_of
from easel.doors.workspace.links import WorkspaceLinks
from easel.errors import (
    EaselError,
    GenerationClosed,
    InvalidRequest,
    NotFound,
    UnknownModel,
)
from easel.http import answers
from easel.http.failures import InternalError, failed_generation
from easel.http.models import AnswerModel
from easel.http.parse import Preferences
from easel.services.generations.generate_images import Generated

PATH: Final = "/api/ai/images"
GENERATION_HEADER: Final = "X-Easel-Generation-Id"
CACHE_HEADER: Final = "X-Easel-Cache"
NOTICE_HEADER: Final = "X-Easel-Notice"

_CALLERS_FAULT: Final = {
    "content_policy": "prompt",
    "provider_rejected_input": "prompt",
    "reference_unavailable": "image",
    "image_rejected": "image",
}
"""Codes of images that failed for something in the request, and the field that it was in."""
_INTERNAL: Final = frozenset({"internal_error", "no_images"})
_PAUSE_SECONDS: Final = 2


class WorkspaceImage(AnswerModel):
    """One image."""

    id: str
    url: str = Field(
        description="Shows the image without a credential, for an hour. Until it is made: an address that never ends, "
        "and that answers as soon as there is an image."
    )
    width: int | None = Field(description="Of the delivered file, in pixels; null until there is one.")
    height: int | None
    model: str
    provider: str = Field(description="Who made it.")
    credits: int | float = Field(description="What it costs.")


class FailedImage(AnswerModel):
    """One image of several that was not made. It costs nothing."""

    index: int = Field(description="Its place in the request, from 0.")
    code: str


class WorkspaceImages(AnswerModel):
    """Several images of one request."""

    images: list[WorkspaceImage]
    count: int = Field(description="How many there are.")
    total_credits: int | float = Field(description="What they cost together.")


class SomeWorkspaceImages(WorkspaceImages):
    """Those of several images that were made, where others failed."""

    requested: int = Field(description="How many were asked for.")
    failed: list[FailedImage]


class GeneratedBody(AnswerModel):
    """What was made: an image for `n` = 1, else the images."""

    success: bool = True
    data: WorkspaceImage | WorkspaceImages | SomeWorkspaceImages


class PendingBody(GeneratedBody):
    """The same while images are still being made: ask again at `Location`."""

    status: Status
    generation_id: str


Answer = GeneratedBody | PendingBody


def generated_answer(generated: Generated, links: WorkspaceLinks) -> Response[Any]:
    """200 with what was delivered; 202 in the same shape while images are still being made.

    Raises:
        EaselError: nothing was delivered.
        NotFound: every image that was delivered was deleted or is in the trash.
    """
    generation = generated.generation
    named = {GENERATION_HEADER: generation.id, **Preferences().applied(replayed=generated.replayed)}
    if generated.cache:
        named[CACHE_HEADER] = generated.cache
    if notice := _notice(generation.model):
        named[NOTICE_HEADER] = notice
    if not generation.status.is_final:
        pending = {"Location": _address(generation, links), "Retry-After": str(_PAUSE_SECONDS)}
        body = PendingBody(data=_data(generation, links), status=generation.status, generation_id=generation.id)
        return answers.as_json(body, status=HTTPStatus.ACCEPTED, headers={**named, **pending})
    if generation.status is not Status.COMPLETED:
        raise refusal_of(generation)
    if all(image.stored is None for image in generation.images):
        raise NotFound(f"There is no generation {generation.id}.")
    return answers.as_json(GeneratedBody(data=_data(generation, links, free=generated.is_reused)), headers=named)


def _notice(name: str) -> str | None:
    """What has become of a model that its vendor has ended, or is about to end."""
    try:
        life = load_catalogue().find(name).life
    except UnknownModel:
        return None
    return life.notice if life.notice and life.notice.isascii() else None


def _address(generation: Generation, links: WorkspaceLinks) -> str:
    """Where to ask again. It names the workspace: a person may belong to several, and has named it in the body."""
    return f"{links.base_url}{PATH}/{generation.id}?workspaceId={generation.workspace_id}"


def refusal_of(generation: Generation) -> EaselError:
    """What a generation that delivered nothing is answered with. Nothing was charged."""
    failure = generation.failure
    if generation.status is Status.CANCELLED:
        return GenerationClosed("The request was cancelled. Nothing more is charged.")
    if failure is None or failure.code in _INTERNAL:
        return InternalError("The images could not be made. Nothing was charged.")
    if failure.code in _CALLERS_FAULT:
        return InvalidRequest.of(_CALLERS_FAULT[failure.code], failure.message, {"reason": failure.code})
    return failed_generation(failure)


def _data(generation: Generation, links: WorkspaceLinks, *, free: bool = False) -> WorkspaceImage | WorkspaceImages:
    missing = [image for image in generation.images if image.status in {Status.FAILED, Status.CANCELLED}]
    shown = [image for image in generation.images if image not in missing and image.gone_at is None]
    images = [_image(generation, image, links, free=free) for image in shown]
    if len(generation.images) == 1 and images:
        return images[0]
    total = 0 if free else credits_of(sum(generation.price_of(image) for image in shown))
    if not missing:
        return WorkspaceImages(images=images, count=len(images), total_credits=total)
    return SomeWorkspaceImages(
        images=images,
        count=len(images),
        total_credits=total,
        requested=len(generation.images),
        failed=[
            FailedImage(index=image.index, code=image.failure.code if image.failure else "cancelled")
            for image in missing
        ],
    )


def _image(generation: Generation, image: Image, links: WorkspaceLinks, *, free: bool) -> WorkspaceImage:
    expected = generation.parameters.size
    width, height = (expected.width, expected.height) if expected else (None, None)
    return WorkspaceImage(
        id=image.id,
        url=links.of(generation, image),
        width=image.stored.width if image.stored else width,
        height=image.stored.height if image.stored else height,
        model=generation.model,
        provider=image.served_by.provider if image.served_by else generation.provider,
        credits=0 if free else credits_of(generation.price_of(image)),
    )
