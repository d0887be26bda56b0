"""Images as the canonical door shows them: on their own, and within their generation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from pydantic import Field

from easel.clock import to_iso
from easel.domain.attempt import Attempt
from easel.domain.image import Adjustment, Failure, Image, ServedBy, Stage, Status
from easel.domain.provenance import ContentCredentials
from easel.doors.canonical.context import COSTS, AnswerContext, Links
from easel.http import answers
from easel.http.failures import PictureGone
from easel.http.models import AnswerModel, Moment, moment
from easel.http.pictures import PictureRequest
from easel.services.images.links import LinkOptions, Variant, permalink
from easel.services.images.read_images import ImageView

_SOON: Final = {"Retry-After": "1"}
_PERMALINK_CACHE: Final = "public, max-age=60"
"""Short: the redirect leads to a link that stops working within the hour."""
VOLATILE: Final = {"url", "url_expires_at", "preview_url", "thumbnail_url"}
"""The fields that differ at each read, because links are signed anew."""
TAG_LIFETIME_SECONDS: Final = 10 * 60
"""Links live for an hour. A caller whose tag matches keeps links that are at most this much older than fresh ones."""


class FailureBody(AnswerModel):
    """Why a generation or an image failed. Switch on `code`; show `message`."""

    code: str
    message: str
    retryable: bool


class AttemptBody(AnswerModel):
    """One call to one provider for one image."""

    provider: str
    model: str = Field(description="The living model of the catalogue.")
    upstream_model: str = Field(description="The provider's name for it.")
    started_at: Moment
    ended_at: Moment | None
    duration_ms: int | None
    outcome: str | None = Field(description="`delivered`, `cancelled`, a class of error, or null while it runs.")
    error_code: str | None
    cost_micro_usd: int | None = Field(
        description=f"What the provider charges for it, in millionths of a dollar. {COSTS}"
    )
    cost_uncertain: bool | None = Field(description=f"It is not known whether the provider charges it. {COSTS}")


class ServedByBody(AnswerModel):
    """Who made an image: the provider, and the model that ran."""

    provider: str
    model: str


class AdjustmentBody(AnswerModel):
    """One parameter that was sent to the provider with another value than the caller asked for."""

    field: str
    asked: str
    made: str = Field(description="The value sent to the provider.")
    reason: str


class ProvenanceBody(AnswerModel):
    """What the metadata of an image, its preview and its thumbnail say about their origin."""

    digital_source_type: str = Field(
        description="IPTC's term for how the picture came to be; in the XMP of every variant, or in the vendor's own "
        "signed manifest where that was kept.",
        json_schema_extra={"format": "uri"},
    )
    generator: ServedByBody | None = Field(description="Who made it.")
    c2pa: ContentCredentials = Field(
        alias="c2pa",
        description="The vendor's signed C2PA manifest in the original: `kept`, `removed` because the picture was "
        "made anew in another size or format or with a watermark, or `absent`.",
    )
    watermark: str | None = Field(description="The text that can be seen in it.")


class ImageBody(AnswerModel):
    """One picture of a generation. Links and measures are null until it exists; the permalink never is."""

    id: str
    index: int
    status: Status
    stage: Stage | None
    url: str | None = Field(description="The original, by a link that works without credentials until `urlExpiresAt`.")
    url_expires_at: Moment | None
    preview_url: str | None
    thumbnail_url: str | None
    permalink: str = Field(description="Never changes; answers 202 until the picture exists.")
    width: int | None
    height: int | None
    media_type: str | None
    byte_count: int | None
    sha256: str | None
    blurhash: str | None
    provenance: ProvenanceBody | None = Field(description="What its metadata says about its origin.")
    served_by: ServedByBody | None = Field(description="Who made it.")
    params_adjusted: list[AdjustmentBody] = Field(description="What was made with another value than asked for.")
    prompt: str = Field(description="The prompt of this image.")
    shot: str | None = Field(description="The shot of the template; null without one.")
    error: FailureBody | None
    attempts: list[AttemptBody]
    late: bool = Field(description="It arrived after the generation had ended: kept, not charged.")
    price_milli_credits: int = Field(description="Its share of the price; 0 once it will not be delivered in time.")
    provider_cost_micro_usd: int | None = Field(description=f"What providers charge for all attempts at it. {COSTS}")
    completed_at: Moment | None
    deleted_at: Moment | None = Field(
        description="Its picture was deleted, or put into the trash; what was charged for it stays charged."
    )


class SingleImageBody(ImageBody):
    """One picture on its own, with what its generation says about it."""

    generation_id: str
    model: str


class PendingPictureBody(AnswerModel):
    """Answer of a permalink while its image is being made. It contains nothing about the request."""

    status: Status
    stage: Stage | None
    message: str


def image_body(view: ImageView, context: AnswerContext) -> SingleImageBody:
    """One picture on its own."""
    address = permalink(context.base_url, view.workspace_id, view.image.id, view.permalink_secret)
    return SingleImageBody(
        **image_fields(view.image, context, address, view.price_milli_credits),
        generation_id=view.generation_id,
        model=view.model,
        prompt=view.prompt,
    )


def pending_picture(image: Image) -> PendingPictureBody:
    """What a permalink shows of an image that is being made."""
    return PendingPictureBody(
        status=image.status, stage=image.stage, message="The image is being made. Try again soon."
    )


def image_answer(view: ImageView, context: AnswerContext, now: datetime) -> Response[SingleImageBody | None]:
    """A picture described: 202 while it is being made, with a tag to ask again by once it has ended."""
    body = image_body(view, context)
    if view.image.status.is_final:
        return answers.as_json(body, headers={"ETag": image_tag(body, now)})
    return answers.as_json(body, status=HTTPStatus.ACCEPTED, headers=_SOON)


def image_tag(body: SingleImageBody, now: datetime) -> str:
    """A tag for conditional reads: as that of a generation, without the links, and for less time than they work."""
    content = body.model_dump(mode="json", by_alias=True, exclude=VOLATILE)
    return answers.etag([content, int(now.timestamp()) // TAG_LIFETIME_SECONDS if body.url else 0], weak=True)


def picture_answer(
    view: ImageView, asked: PictureRequest, context: AnswerContext, now: datetime
) -> Response[SingleImageBody | None]:
    """A picture for its owner: a redirect to the bytes, 202 with its description while it is being made.

    The redirect has no ETag: a cache that revalidated it would keep a link that has ended. `If-None-Match` follows the
    redirect, and is answered where the bytes are.

    Raises:
        PictureGone: it failed or was cancelled.
    """
    url = _ready_url(view.image, asked.variant, context.links, asked.link_options(view, view.title))
    if url is None:
        return image_answer(view, context, now)
    return answers.redirect(url, cache=answers.PRIVATE)


def permalink_answer(view: ImageView, asked: PictureRequest, *, links: Links) -> Response[PendingPictureBody | None]:
    """An image by its permalink: the same, without anything about the request, its title included.

    Raises:
        PictureGone: it failed or was cancelled.
    """
    url = _ready_url(view.image, asked.variant, links, asked.link_options(view, ""))
    if url is None:
        # Browsers obey Refresh, so that a person who opens the link early sees the picture come.
        headers = {**_SOON, "Refresh": "2"}
        return answers.as_json(pending_picture(view.image), status=HTTPStatus.ACCEPTED, headers=headers)
    return answers.redirect(url, cache=_PERMALINK_CACHE)


def _ready_url(image: Image, variant: Variant, links: Links, options: LinkOptions) -> str | None:
    """A link to the bytes, None while it is being made. 410 after a failure, so that clients stop polling."""
    url = links.download_url(image, variant, options)
    if url is None and image.status.is_final:
        raise PictureGone(image.failure.message if image.failure else "This image was cancelled.")
    return url


def image_fields(image: Image, context: AnswerContext, address: str, price: int) -> dict[str, Any]:
    stored = image.stored
    urls = context.links.image_links(image)
    return {
        "id": image.id,
        "index": image.index,
        "status": image.status,
        "stage": image.stage,
        "url": urls.url if urls else None,
        "url_expires_at": to_iso(urls.expires_at) if urls else None,
        "preview_url": urls.preview_url if urls else None,
        "thumbnail_url": urls.thumbnail_url if urls else None,
        "permalink": address,
        "width": stored.width if stored else None,
        "height": stored.height if stored else None,
        "media_type": stored.media_type if stored else None,
        "byte_count": stored.byte_count if stored else None,
        "sha256": stored.sha256 if stored else None,
        "blurhash": stored.blurhash if stored else None,
        "provenance": provenance_body(image),
        "served_by": served_by(image.served_by),
        "params_adjusted": adjustments(image.adjustments),
        "shot": image.shot,
        "error": failure_body(image.failure),
        "attempts": [_attempt(attempt, context) for attempt in image.attempts],
        "late": image.late,
        "price_milli_credits": price,
        "provider_cost_micro_usd": context.cost(image.provider_cost_micro_usd),
        "completed_at": moment(image.completed_at),
        "deleted_at": moment(image.gone_at),
    }


def _attempt(attempt: Attempt, context: AnswerContext) -> AttemptBody:
    return AttemptBody(
        provider=attempt.provider,
        model=attempt.model,
        upstream_model=attempt.upstream_model,
        started_at=to_iso(attempt.started_at),
        ended_at=moment(attempt.ended_at),
        duration_ms=milliseconds(attempt.started_at, attempt.ended_at),
        outcome=attempt.outcome,
        error_code=attempt.error_code,
        cost_micro_usd=context.cost(attempt.cost_micro_usd),
        cost_uncertain=attempt.cost_uncertain if context.shows_costs else None,
    )


def adjustments(adjustments: Sequence[Adjustment]) -> list[AdjustmentBody]:
    return [AdjustmentBody(field=one.field, asked=one.asked, made=one.made, reason=one.reason) for one in adjustments]


def served_by(served_by: ServedBy | None) -> ServedByBody | None:
    return ServedByBody(provider=served_by.provider, model=served_by.model) if served_by else None


def provenance_body(image: Image) -> ProvenanceBody | None:
    if image.stored is None:
        return None
    provenance = image.stored.provenance
    return ProvenanceBody(
        digital_source_type=provenance.digital_source_type,
        generator=served_by(image.served_by),
        c2pa=provenance.c2pa,
        watermark=provenance.watermark,
    )


def failure_body(failure: Failure | None) -> FailureBody | None:
    if failure is None:
        return None
    return FailureBody(code=failure.code, message=failure.message, retryable=failure.retryable)


def milliseconds(start: datetime, end: datetime | None) -> int | None:
    return None if end is None else round((end - start).total_seconds() * 1000)
