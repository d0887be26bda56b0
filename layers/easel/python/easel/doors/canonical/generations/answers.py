"""Generations and their pages as the canonical door shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response
from pydantic import Field

from easel.clock import to_iso
from easel.domain.catalogue import load_catalogue
from easel.domain.credits import MILLI
from easel.domain.generation import Generation
from easel.domain.image import Image, Stage, Status
from easel.domain.latency import Expectation
from easel.domain.reference import ImageSource, Reference, UploadSource
from easel.domain.request import Mode
from easel.doors.canonical.catalogue.answers import DeprecationBody, deprecation
from easel.doors.canonical.context import COSTS, AnswerContext
from easel.doors.canonical.generations.details import ParametersBody, PriceOfGeneration, parameters_body, price_body
from easel.doors.canonical.generations.progress import EtaBody, RetryOfBody, eta_body, retry_of_body
from easel.doors.canonical.images.answers import (
    AdjustmentBody,
    FailureBody,
    ImageBody,
    ServedByBody,
    adjustments,
    failure_body,
    image_fields,
    milliseconds,
    served_by,
)
from easel.errors import UnknownModel
from easel.http import answers
from easel.http.models import AnswerModel, Moment, moment
from easel.http.pagination import PageRequest, Pages
from easel.services.images.links import permalink
from easel.services.ports.pages import Page

if TYPE_CHECKING:
    from easel.domain.prompt_templates import Composition

ExpectEnd = Callable[[Generation], Expectation | None]

GENERATIONS_PATH: Final = "/api/v1/generations"

_VOLATILE: Final = {"url", "url_expires_at", "preview_url", "thumbnail_url"}
_TAG_LIFETIME_SECONDS: Final = 300
"""Links live for an hour. A caller whose tag matches keeps links that are at most this much older than fresh ones."""

_RETRY_AFTER: Final = ((15, 1), (60, 2))
"""(age in seconds, pause in seconds): ask often while most pictures come, then less."""
_SLOWEST_RETRY: Final = 5


class UsedTemplateBody(AnswerModel):
    """The template that made the prompts."""

    id: str
    version: int
    shots: list[str] = Field(description="One per image, in their order.")
    warnings: list[str] = Field(description="What was done differently than asked, such as a value that was shortened.")


class ReferenceBody(AnswerModel):
    """A picture that the model works from: exactly one of `url`, `uploadId`, `imageId` and `telegramFileId`.

    A picture that the caller named by an address and by a Telegram file id has both.
    """

    url: str | None = Field(description="As it was sent, with `***` in place of the secrets that it carried.")
    upload_id: str | None
    image_id: str | None
    telegram_file_id: str | None
    role: str


class GenerationLinks(AnswerModel):
    """Where to go from here. `cancel` is null once the generation has ended."""

    self_: str = Field(alias="self")
    cancel: str | None


class GenerationBody(AnswerModel):
    """One request for images and its progress."""

    id: str
    status: Status
    stage: Stage | None
    progress: int = Field(ge=0, le=100, description="Percent; coarse, never decreases.")
    model: str
    provider: str
    served_by: ServedByBody | None = Field(description="Who is to make it. Each image says who made it.")
    deprecation: DeprecationBody | None = Field(description="Set when the model asked for is deprecated or retired.")
    params_adjusted: list[AdjustmentBody] = Field(
        description="What will be made with another value than asked for. Each image says what was."
    )
    mode: Mode
    prompt: str = Field(description="With a template a short title; each image has its own prompt.")
    template: UsedTemplateBody | None
    parameters: ParametersBody
    n: int
    images_completed: int
    images_failed: int
    price: PriceOfGeneration | None = Field(description="What it costs at most.")
    charged_milli_credits: int | None = Field(description="Charged for the delivered images; null until the end.")
    charged_credits: float | None = Field(description="The same in credits.")
    provider_cost_micro_usd: int | None = Field(
        description=f"Cost of all attempts at providers, in millionths of a dollar. {COSTS}"
    )
    images: list[ImageBody]
    error: FailureBody | None
    input_params: dict[str, Any] = Field(description="The request as it was sent.")
    references: list[ReferenceBody]
    client_reference: str | None
    product_id: str | None = Field(description="The product that its images show.")
    retry_of: RetryOfBody | None = Field(description="The image that it makes again.")
    created_at: Moment
    started_at: Moment | None
    completed_at: Moment | None
    deadline: Moment = Field(
        description="When the generation ends at the latest, waiting for a free worker included. Each image may take "
        "the model's `deadlineSeconds` from its first attempt on."
    )
    eta: EtaBody | None = Field(
        description="When the images are expected. Only of a generation that is read by its id while it is open."
    )
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


def generation_body(generation: Generation, context: AnswerContext) -> GenerationBody:
    """One generation with all its images."""
    return GenerationBody(
        id=generation.id,
        status=generation.status,
        stage=generation.stage,
        progress=generation.progress,
        model=generation.model,
        provider=generation.provider,
        served_by=served_by(generation.served_by),
        deprecation=_deprecation(generation.model),
        params_adjusted=adjustments(generation.adjustments),
        mode=generation.mode,
        prompt=generation.prompt,
        template=_template(generation),
        parameters=parameters_body(generation.parameters),
        n=len(generation.images),
        images_completed=generation.images_completed,
        images_failed=generation.images_failed,
        price=price_body(generation.price) if generation.price else None,
        charged_milli_credits=generation.charged,
        charged_credits=None if generation.charged is None else generation.charged / MILLI,
        provider_cost_micro_usd=context.cost(generation.provider_cost_micro_usd),
        images=[
            ImageBody(
                **image_fields(
                    image, context, _permalink(generation, image, context.base_url), generation.price_of(image)
                ),
                prompt=generation.prompt_of(image),
            )
            for image in generation.images
        ],
        error=failure_body(generation.failure),
        input_params=dict(generation.input_params),
        references=[_reference(reference) for reference in generation.references],
        client_reference=generation.client_reference,
        product_id=generation.origin.product_id,
        retry_of=retry_of_body(generation.origin),
        created_at=to_iso(generation.created_at),
        started_at=moment(generation.started_at),
        completed_at=moment(generation.completed_at),
        deadline=to_iso(generation.deadline),
        eta=None,
        duration_ms=milliseconds(generation.created_at, generation.completed_at),
        links=_generation_links(generation, context.base_url),
    )


def generation_page(
    page: Page[Generation], asked: PageRequest, pages: Pages, context: AnswerContext, *, status: Status | None
) -> GenerationPage:
    """One page of generations. The link to the next one always goes by cursor."""
    kept = {"limit": str(asked.limit)} | ({"status": status.value} if status else {})
    here = kept | ({"page": str(asked.page)} if asked.page else {})
    bodies, next_cursor = pages.fit(page, lambda generation: generation_body(generation, context))
    further = kept | {"cursor": next_cursor} if next_cursor else None
    return GenerationPage(
        generations=bodies,
        limit=asked.limit,
        page=asked.page,
        next_cursor=next_cursor,
        links=PageLinks(
            self=_list_url(context.base_url, here), next=_list_url(context.base_url, further) if further else None
        ),
    )


def generation_answer(
    generation: Generation, context: AnswerContext, *, now: datetime, headers: Mapping[str, str] | None = None
) -> Response[Any]:
    """The answer to a change of a generation: 202 with its address while there is more to come, 200 when it has ended.

    200 also when it failed: the request for images was served, and its body says what became of it.
    """
    return answers.as_json(
        generation_body(generation, context),
        status=HTTPStatus.OK if generation.status.is_final else HTTPStatus.ACCEPTED,
        headers={
            "Location": generation_url(generation.id, context.base_url),
            **retry_after(generation, now),
            **(headers or {}),
        },
    )


def status_answer(
    generation: Generation, context: AnswerContext, expect: ExpectEnd, *, now: datetime, if_none_match: str | None
) -> Response[GenerationBody]:
    """The answer to a question for a generation: always 200, with a tag to ask again by.

    A caller that has it already is sent nothing, so nothing more is read for it.
    """
    body = generation_body(generation, context)
    tag = generation_tag(body, now)
    if not answers.has_tag(if_none_match, tag):
        body = body.model_copy(update={"eta": eta_body(expect(generation))})
    return answers.as_json(body, headers={"ETag": tag, **retry_after(generation, now)})


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
    content = body.model_dump(mode="json", by_alias=True, exclude={"images": {"__all__": _VOLATILE}, "eta": True})
    period = int(now.timestamp()) // _TAG_LIFETIME_SECONDS if body.images_completed else 0
    return answers.etag([content, period], weak=True)


def generation_url(generation_id: str, base_url: str) -> str:
    """The absolute address of a generation."""
    return f"{base_url.rstrip('/')}{GENERATIONS_PATH}/{generation_id}"


def _reference(reference: Reference) -> ReferenceBody:
    return ReferenceBody(
        url=reference.url,
        upload_id=reference.source.upload_id if isinstance(reference.source, UploadSource) else None,
        image_id=reference.source.image_id if isinstance(reference.source, ImageSource) else None,
        telegram_file_id=reference.telegram_file_id,
        role=reference.role,
    )


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


def _deprecation(name: str) -> DeprecationBody | None:
    known = load_catalogue()
    try:
        return deprecation(known, known.find(name))
    except UnknownModel:
        # It was taken when the catalogue still had the name.
        return None


def _generation_links(generation: Generation, base_url: str) -> GenerationLinks:
    address = generation_url(generation.id, base_url)
    return GenerationLinks(self=address, cancel=None if generation.status.is_final else f"{address}/cancel")


def _permalink(generation: Generation, image: Image, base_url: str) -> str:
    return permalink(base_url, generation.workspace_id, image.id, generation.permalink_secret)


def _list_url(base_url: str, query: dict[str, str]) -> str:
    return f"{base_url.rstrip('/')}{GENERATIONS_PATH}?{urlencode(query)}"
