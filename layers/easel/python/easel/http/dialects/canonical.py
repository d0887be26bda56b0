"""The canonical front door, `/api/v1`: domain objects as its answers show them. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response

from easel.clock import to_iso
from easel.domain.attempt import Attempt
from easel.domain.catalogue import load_catalogue
from easel.domain.credits import MILLI
from easel.domain.generation import Generation
from easel.domain.image import Adjustment, Failure, Image, ServedBy, Status
from easel.domain.price import Price
from easel.domain.request import ImageParameters
from easel.errors import UnknownModel
from easel.http import answers
from easel.http.dialects.catalogue import deprecation
from easel.http.failures import PictureGone
from easel.http.pagination import Listing, PageRequest
from easel.http.schemas.catalogue import DeprecationBody
from easel.http.schemas.generations import (
    GenerationBody,
    GenerationLinks,
    GenerationPage,
    PageLinks,
    ParametersBody,
    PriceOfGeneration,
    QuoteBody,
    ReferenceBody,
    UsedTemplateBody,
)
from easel.http.schemas.images import (
    AdjustmentBody,
    AttemptBody,
    FailureBody,
    ImageBody,
    PendingPictureBody,
    ProvenanceBody,
    ServedByBody,
    SingleImageBody,
)
from easel.services.images.links import ImageLinks, Variant, permalink
from easel.services.images.read_images import ImageView
from easel.services.money.quotes import Quote
from easel.services.ports.generations import Page

if TYPE_CHECKING:
    from easel.domain.prompt_templates import Composition

GENERATIONS_PATH: Final = "/api/v1/generations"

_VOLATILE: Final = {"url", "url_expires_at", "preview_url", "thumbnail_url"}
_TAG_LIFETIME_SECONDS: Final = 300
"""Links live for an hour. A caller whose tag matches keeps links that are at most this much older than fresh ones."""

_RETRY_AFTER: Final = ((15, 1), (60, 2))
"""(age in seconds, pause in seconds): ask often while most pictures come, then less."""
_SLOWEST_RETRY: Final = 5


_SOON: Final = {"Retry-After": "1"}
_PERMALINK_CACHE: Final = "public, max-age=60"
"""Short: the redirect leads to a link that stops working within the hour."""


class Links(Protocol):
    """What presenters need of `services.links.LinkMaker`."""

    def image_links(self, image: Image) -> ImageLinks | None: ...

    def download_url(self, image: Image, variant: Variant) -> str | None: ...


def generation_body(generation: Generation, *, links: Links, base_url: str) -> GenerationBody:
    """One generation with all its images."""
    return GenerationBody(
        id=generation.id,
        status=generation.status,
        stage=generation.stage,
        progress=generation.progress,
        model=generation.model,
        provider=generation.provider,
        served_by=_served_by(generation.served_by),
        deprecation=_deprecation(generation.model),
        params_adjusted=_adjustments(generation.adjustments),
        mode=generation.mode,
        prompt=generation.prompt,
        template=_template(generation),
        parameters=_parameters(generation.parameters),
        n=len(generation.images),
        images_completed=generation.images_completed,
        images_failed=generation.images_failed,
        price=_price(generation.price) if generation.price else None,
        charged_milli_credits=generation.charged,
        charged_credits=None if generation.charged is None else generation.charged / MILLI,
        provider_cost_micro_usd=generation.provider_cost_micro_usd,
        images=[
            ImageBody(
                **_image(image, links, _permalink(generation, image, base_url), generation.price_of(image)),
                prompt=generation.prompt_of(image),
            )
            for image in generation.images
        ],
        error=_failure(generation.failure),
        input_params=dict(generation.input_params),
        references=[
            ReferenceBody(url=reference.url, role=reference.role, telegram_file_id=reference.telegram_file_id)
            for reference in generation.references
        ],
        client_reference=generation.client_reference,
        created_at=to_iso(generation.created_at),
        started_at=_moment(generation.started_at),
        completed_at=_moment(generation.completed_at),
        deadline=to_iso(generation.deadline),
        duration_ms=_milliseconds(generation.created_at, generation.completed_at),
        links=_generation_links(generation, base_url),
    )


def generation_page(
    page: Page, asked: PageRequest, listing: Listing, *, status: Status | None, links: Links, base_url: str
) -> GenerationPage:
    """One page of generations. The link to the next one always goes by cursor."""
    kept = {"limit": str(asked.limit)} | ({"status": status.value} if status else {})
    here = kept | ({"page": str(asked.page)} if asked.page else {})
    next_cursor = listing.next_cursor(page.next_after)
    further = kept | {"cursor": next_cursor} if next_cursor else None
    return GenerationPage(
        generations=[generation_body(entry, links=links, base_url=base_url) for entry in page.generations],
        limit=asked.limit,
        page=asked.page,
        next_cursor=next_cursor,
        links=PageLinks(self=_list_url(base_url, here), next=_list_url(base_url, further) if further else None),
    )


def image_body(view: ImageView, *, links: Links, base_url: str) -> SingleImageBody:
    """One picture on its own."""
    address = permalink(base_url, view.workspace_id, view.image.id, view.permalink_secret)
    return SingleImageBody(
        **_image(view.image, links, address, view.price_milli_credits),
        generation_id=view.generation_id,
        model=view.model,
        prompt=view.prompt,
    )


def pending_picture(image: Image) -> PendingPictureBody:
    """What strangers may know of a picture that is still being made."""
    return PendingPictureBody(
        status=image.status, stage=image.stage, message="The image is being made. Try again soon."
    )


def generation_answer(
    generation: Generation, *, links: Links, base_url: str, now: datetime, headers: Mapping[str, str] | None = None
) -> Response[Any]:
    """The answer to a change of a generation: 202 with its address while there is more to come, 200 when it has ended.

    200 also when it failed: the request for images was served, and its body says what became of it.
    """
    return answers.as_json(
        generation_body(generation, links=links, base_url=base_url),
        status=HTTPStatus.OK if generation.status.is_final else HTTPStatus.ACCEPTED,
        headers={
            "Location": generation_url(generation.id, base_url),
            **retry_after(generation, now),
            **(headers or {}),
        },
    )


def status_answer(generation: Generation, *, links: Links, base_url: str, now: datetime) -> Response[GenerationBody]:
    """The answer to a question for a generation: always 200, with a tag to ask again by."""
    body = generation_body(generation, links=links, base_url=base_url)
    return answers.as_json(body, headers={"ETag": generation_tag(body, now), **retry_after(generation, now)})


def image_answer(view: ImageView, *, links: Links, base_url: str) -> Response[SingleImageBody | None]:
    """A picture described: 202 while it is being made."""
    body = image_body(view, links=links, base_url=base_url)
    if view.image.status.is_final:
        return answers.as_json(body)
    return answers.as_json(body, status=HTTPStatus.ACCEPTED, headers=_SOON)


def picture_answer(
    view: ImageView, variant: Variant, *, links: Links, base_url: str
) -> Response[SingleImageBody | None]:
    """A picture for its owner: a redirect to the bytes, 202 with its description while it is being made.

    Raises:
        PictureGone: it failed or was cancelled.
    """
    url = _ready_url(view.image, variant, links)
    if url is None:
        return image_answer(view, links=links, base_url=base_url)
    return answers.redirect(url, cache=answers.PRIVATE)


def permalink_answer(view: ImageView, variant: Variant, *, links: Links) -> Response[PendingPictureBody | None]:
    """A picture for whoever has its permalink: the same, telling nothing about the request.

    Raises:
        PictureGone: it failed or was cancelled.
    """
    url = _ready_url(view.image, variant, links)
    if url is None:
        # Browsers obey Refresh, so that a person who opens the link early sees the picture come.
        headers = {**_SOON, "Refresh": "2"}
        return answers.as_json(pending_picture(view.image), status=HTTPStatus.ACCEPTED, headers=headers)
    return answers.redirect(url, cache=_PERMALINK_CACHE)


def _ready_url(image: Image, variant: Variant, links: Links) -> str | None:
    """A link to the bytes, None while there is hope. 410 and not 404 without it, so that whoever polls stops."""
    url = links.download_url(image, variant)
    if url is None and image.status.is_final:
        raise PictureGone(image.failure.message if image.failure else "This image was cancelled.")
    return url


def retry_after(generation: Generation, now: datetime) -> dict[str, str]:
    """The header that paces polling; none once the generation has ended."""
    if generation.status.is_final:
        return {}
    age = (now - generation.created_at).total_seconds()
    return {"Retry-After": str(next((pause for limit, pause in _RETRY_AFTER if age < limit), _SLOWEST_RETRY))}


def generation_tag(body: GenerationBody, now: datetime) -> str:
    """A tag for conditional reads.

    Weak, because links are signed anew at each read: they are left out, and the tag runs out well before they do.
    """
    content = body.model_dump(mode="json", by_alias=True, exclude={"images": {"__all__": _VOLATILE}})
    period = int(now.timestamp()) // _TAG_LIFETIME_SECONDS if body.images_completed else 0
    return answers.etag([content, period], weak=True)


def generation_url(generation_id: str, base_url: str) -> str:
    """The absolute address of a generation."""
    return f"{base_url.rstrip('/')}{GENERATIONS_PATH}/{generation_id}"


def quote_answer(quote: Quote) -> Response[Any]:
    """A quote with all that it depends on."""
    appraisal = quote.appraisal
    body = QuoteBody(
        quote_id=quote.id,
        expires_at=to_iso(quote.expires_at),
        model=appraisal.model.id,
        images=appraisal.price.images,
        parameters=_parameters(appraisal.parameters),
        price=_price(appraisal.price),
        template=composition_body(appraisal.composition) if appraisal.composition else None,
    )
    return answers.as_json(body)


def _template(generation: Generation) -> UsedTemplateBody | None:
    template = generation.template
    if template is None:
        return None
    shots = [image.shot or "" for image in generation.images]
    return UsedTemplateBody(id=template.id, version=template.version, shots=shots, warnings=list(template.notices))


def composition_body(made: Composition) -> UsedTemplateBody:
    """What a template made, before there is a generation."""
    shots = [prompt.shot.id for prompt in made.prompts]
    return UsedTemplateBody(id=made.template_id, version=made.version, shots=shots, warnings=list(made.notices))


def _price(price: Price) -> PriceOfGeneration:
    return PriceOfGeneration(
        unit=price.unit,
        plan=price.plan,
        version=price.version,
        milli_credits=price.total,
        credits=price.total / MILLI,
    )


def _parameters(parameters: ImageParameters) -> ParametersBody:
    return ParametersBody(
        size=str(parameters.size) if parameters.size else None,
        aspect_ratio=parameters.aspect_ratio,
        resolution=parameters.resolution,
        output_format=parameters.output_format,
        quality=parameters.quality,
        style=parameters.style,
        background=parameters.background,
        watermark=parameters.watermark,
    )


def _image(image: Image, links: Links, address: str, price: int) -> dict[str, Any]:
    stored = image.stored
    urls = links.image_links(image)
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
        "provenance": _provenance(image),
        "served_by": _served_by(image.served_by),
        "params_adjusted": _adjustments(image.adjustments),
        "shot": image.shot,
        "error": _failure(image.failure),
        "attempts": [_attempt(attempt) for attempt in image.attempts],
        "late": image.late,
        "price_milli_credits": price,
        "provider_cost_micro_usd": image.provider_cost_micro_usd,
        "completed_at": _moment(image.completed_at),
    }


def _attempt(attempt: Attempt) -> AttemptBody:
    return AttemptBody(
        provider=attempt.provider,
        model=attempt.model,
        upstream_model=attempt.upstream_model,
        started_at=to_iso(attempt.started_at),
        ended_at=_moment(attempt.ended_at),
        duration_ms=_milliseconds(attempt.started_at, attempt.ended_at),
        outcome=attempt.outcome,
        error_code=attempt.error_code,
        cost_micro_usd=attempt.cost_micro_usd,
        cost_uncertain=attempt.cost_uncertain,
    )


def _deprecation(name: str) -> DeprecationBody | None:
    known = load_catalogue()
    try:
        return deprecation(known, known.find(name))
    except UnknownModel:
        # It was taken when the catalogue still had the name.
        return None


def _adjustments(adjustments: Sequence[Adjustment]) -> list[AdjustmentBody]:
    return [AdjustmentBody(field=one.field, asked=one.asked, made=one.made, reason=one.reason) for one in adjustments]


def _served_by(served_by: ServedBy | None) -> ServedByBody | None:
    return ServedByBody(provider=served_by.provider, model=served_by.model) if served_by else None


def _provenance(image: Image) -> ProvenanceBody | None:
    if image.stored is None:
        return None
    said = image.stored.provenance
    return ProvenanceBody(
        digital_source_type=said.digital_source_type,
        generator=_served_by(image.served_by),
        c2pa=said.c2pa,
        watermark=said.watermark,
    )


def _failure(failure: Failure | None) -> FailureBody | None:
    if failure is None:
        return None
    return FailureBody(code=failure.code, message=failure.message, retryable=failure.retryable)


def _generation_links(generation: Generation, base_url: str) -> GenerationLinks:
    address = generation_url(generation.id, base_url)
    return GenerationLinks(self=address, cancel=None if generation.status.is_final else f"{address}/cancel")


def _permalink(generation: Generation, image: Image, base_url: str) -> str:
    return permalink(base_url, generation.workspace_id, image.id, generation.permalink_secret)


def _list_url(base_url: str, query: dict[str, str]) -> str:
    return f"{base_url.rstrip('/')}{GENERATIONS_PATH}?{urlencode(query)}"


def _moment(moment: datetime | None) -> str | None:
    return to_iso(moment) if moment else None


def _milliseconds(start: datetime, end: datetime | None) -> int | None:
    return None if end is None else round((end - start).total_seconds() * 1000)
