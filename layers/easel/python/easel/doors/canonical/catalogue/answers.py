"""The catalogue as clients see it: models with their options, prices and schemas, and the ready-made sizes."""

from __future__ import annotations

import calendar
from datetime import date
from email.utils import formatdate
from math import gcd
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from easel.domain.catalogue import Catalogue, Lifecycle, Model
from easel.domain.catalogue.supported_sizes import best_for_ratio
from easel.domain.credits import MILLI
from easel.domain.latency import Latency
from easel.domain.plans import DEFAULT_PLAN, plan_of
from easel.domain.price import PriceUnit
from easel.domain.pricing import load_price_book, price_difference, price_range
from easel.domain.request import Fallback, Mode, Size
from easel.doors.canonical.catalogue.input_schemas import input_schema
from easel.doors.canonical.images.answers import ServedByBody
from easel.errors import NotFound, UnknownModel
from easel.http import parse
from easel.http.models import AnswerModel
from easel.ids import MAX_IMAGES

ModelId = Annotated[str, Path(alias="modelId")]
NamedModel = Annotated[
    str | None, Query(description="A model's id or alias; `seedream-v4` when left out.", alias="model")
]

GENERAL_SIZES_MODEL: Final = "seedream-v4"
"""The model whose sizes `/sizes` lists."""

_FAMILIAR_RATIOS: Final = {"7:3": "21:9"}
"""Ratios that people know by another name than their shortest one."""


class ModelOptions(BaseModel):
    """What a model lets the caller choose. The keys are in snake_case on every route."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    supports_size: bool
    supports_aspect_ratio: bool
    supports_resolution: bool
    size_options: list[str]
    aspect_ratio_options: list[str]
    resolution_options: list[str]


Include = Annotated[
    str | None,
    Query(
        description="`retired`: also the names that their vendors have retired, and that run on a successor.",
        json_schema_extra={"enum": ["retired", None]},
    ),
]


def includes_retired(include: str | None) -> bool:
    """Read `include`. Raises InvalidRequest: a word that is not known."""
    return include is not None and parse.choice("include", include.lower(), ("retired",)) == "retired"


class PriceStepBody(AnswerModel):
    """One line of a price list."""

    option: str = Field(description="A size, a resolution, or `any`.")
    quality: str
    milli_credits: int
    credits: float


class PriceBody(AnswerModel):
    """What a model costs in a plan: the price of a request that names only the model, the range, and the list."""

    credits: float = Field(description="Of a request without size, ratio, resolution and quality.")
    milli_credits: int
    lowest_milli_credits: int = Field(description="No request for this model costs less.")
    highest_milli_credits: int = Field(description="No request for this model costs more, for one image.")
    per: PriceUnit = Field(description="What is counted: the whole generation, each image, or each megapixel of it.")
    rule: str = Field(description="The same in a sentence.")
    steps: list[PriceStepBody]
    milli_credits_per_megapixel_above: dict[str, int] | None = Field(
        description="For sizes beyond the list: by quality, for each megapixel begun. "
        "A size between two lines costs the larger."
    )


class DeprecationBody(AnswerModel):
    """Deprecation of a model that ends, or has ended, at its vendor."""

    status: Lifecycle
    ends_on: date | None = Field(description="The first day without the model at its vendor.")
    retired_on: date | None
    successor: str = Field(description="The model that requests for this name run on, now or from that day.")
    notice: str = Field(description="The same in a sentence.")
    price_difference: dict[str, int] = Field(
        description="By plan: how many milli-credits an image of the successor, asked for by its own name, costs more."
    )


class LatencyBody(AnswerModel):
    """Time from the request to the image, as recently observed."""

    p50_ms: int
    p90_ms: int
    samples: int


class ModelLinks(AnswerModel):
    """Links of this model."""

    self_: str = Field(alias="self")


class ModelSummaryBody(AnswerModel):
    """One model that requests can name, as lists have it."""

    id: str
    name: str
    description: str
    provider: str = Field(description="The vendor that the name belongs to, which is tried first.")
    status: Lifecycle = Field(description="`retired`: gone at its vendor; requests for the name run on its successor.")
    served_by: list[ServedByBody] = Field(description="Providers that make its images, in order of preference.")
    deprecation: DeprecationBody | None = Field(description="Null for an active model.")
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
    masks: bool = Field(
        description="Whether a reference may have the role `mask`: a PNG of the size of the first one, "
        "transparent where it may be changed."
    )
    max_prompt_characters: int
    deadline_seconds: int
    price: PriceBody = Field(description="Of the standard plan.")
    prices: dict[str, PriceBody] = Field(description="By plan.")
    price_book_version: str
    links: ModelLinks


class ModelBody(ModelSummaryBody):
    """One model that requests can name, with the schema of its requests."""

    latency: LatencyBody | None = Field(description="Of the last seven days; null when there was no request.")
    input_schema: dict[str, Any] = Field(description="JSON Schema of a request that this model takes.")


class ModelList(AnswerModel):
    """The models that can be named."""

    models: list[ModelSummaryBody]
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


def model_list(catalogue: Catalogue, base_url: str, *, with_retired: bool) -> ModelList:
    """The active models; with the retired names, which run on a successor, if they are asked for."""
    models = catalogue.models() if with_retired else catalogue.active_models()
    summaries = [ModelSummaryBody(**_summary(catalogue, model, base_url)) for model in models]
    return ModelList(models=summaries, version=catalogue.version)


def model_body(catalogue: Catalogue, model: Model, base_url: str, latency: Latency | None = None) -> ModelBody:
    """One model. `latency` is what was observed of it lately."""
    return ModelBody(
        **_summary(catalogue, model, base_url),
        latency=LatencyBody(p50_ms=latency.p50_ms, p90_ms=latency.p90_ms, samples=latency.samples) if latency else None,
        input_schema=input_schema(model),
    )


def _summary(catalogue: Catalogue, model: Model, base_url: str) -> dict[str, Any]:
    served_by = catalogue.candidates(model, Fallback.SAME_MODEL)
    return {
        "id": model.id,
        "name": model.name,
        "description": model.description,
        "provider": model.provider,
        "status": model.status,
        "modes": list(model.modes),
        "options": _options(model),
        "served_by": [ServedByBody(provider=one.provider, model=one.model) for one in served_by],
        "deprecation": deprecation(catalogue, model),
        "aliases": list(model.aliases),
        "equivalents": list(model.equivalents),
        "default_size": str(model.sizes.default) if model.sizes and model.sizes.default else None,
        "sizes": model.sizes.describe() if model.sizes else None,
        "default_resolution": model.default_resolution,
        "output_formats": list(model.output_formats),
        "qualities": list(model.qualities),
        "default_quality": model.default_quality,
        "styles": list(model.styles),
        "backgrounds": list(model.backgrounds),
        "max_images": MAX_IMAGES,
        "max_references": model.max_references,
        "masks": model.masks,
        "max_prompt_characters": model.max_prompt_characters,
        "deadline_seconds": model.deadline_seconds,
        "price": _price(model, plan_of(DEFAULT_PLAN).prices),
        "prices": {plan: _price(model, plan) for plan in load_price_book().plans},
        "price_book_version": load_price_book().version,
        "links": ModelLinks(self=f"{base_url.rstrip('/')}/api/v1/models/{model.id}"),
    }


def find_model(catalogue: Catalogue, name: str) -> Model:
    """The model that a path names.

    Raises:
        NotFound: there is none; in a path that is no fault of a request's fields.
    """
    try:
        return catalogue.find(name)
    except UnknownModel as error:
        raise NotFound(error.message) from None


def size_list(catalogue: Catalogue, name: str = GENERAL_SIZES_MODEL) -> SizeList:
    """The ready-made sizes of a model; those of one that takes ratios are what its ratios come out with.

    Raises:
        UnknownModel: there is no model of that name.
    """
    model = catalogue.find(name)
    rule = model.sizes
    if rule is not None:
        shown = [_size(size) for size in rule.options]
    else:
        shown = [_size_of_ratio(catalogue, model, ratio) for ratio in model.aspect_ratios]
    return SizeList(
        model=model.id,
        min_side=rule.min_side if rule else None,
        max_side=rule.max_side if rule else None,
        default=str(rule.default) if rule and rule.default else None,
        sizes=shown,
    )


def deprecation(catalogue: Catalogue, model: Model) -> DeprecationBody | None:
    """The deprecation notice of a name; None for an active model."""
    life = model.life
    if life.status is Lifecycle.ACTIVE:
        return None
    book, successor = load_price_book(), catalogue.find(life.successor or model.id)
    return DeprecationBody(
        status=life.status,
        ends_on=life.ends_on,
        retired_on=life.retired_on,
        successor=successor.id,
        notice=life.notice or "",
        price_difference={plan: price_difference(book, plan, model, successor) for plan in book.plans},
    )


def lifecycle_headers(model: Model) -> dict[str, str]:
    """RFC 9745 and RFC 8594, for answers about the model itself: of other resources they would claim too much."""
    headers = {}
    if model.life.retired_on:
        headers["Deprecation"] = f"@{calendar.timegm(model.life.retired_on.timetuple())}"
    ends = model.life.ends_on or model.life.retired_on
    if ends:
        headers["Sunset"] = formatdate(calendar.timegm(ends.timetuple()), usegmt=True)
    return headers


def _price(model: Model, plan: str) -> PriceBody:
    rule = load_price_book().rule(plan, model.id)
    steps, shown = rule.steps(), price_range(load_price_book(), plan, model)
    return PriceBody(
        credits=shown.default / MILLI,
        milli_credits=shown.default,
        lowest_milli_credits=shown.lowest,
        highest_milli_credits=shown.highest,
        per=rule.unit,
        rule=rule.unit.rule,
        steps=[
            PriceStepBody(
                option=step.option, quality=step.quality, milli_credits=step.price, credits=step.price / MILLI
            )
            for step in steps
        ],
        milli_credits_per_megapixel_above=dict(rule.per_megapixel_above) if rule.per_megapixel_above else None,
    )


def _options(model: Model) -> ModelOptions:
    return ModelOptions(
        supports_size=model.sizes is not None,
        supports_aspect_ratio=bool(model.aspect_ratios),
        supports_resolution=bool(model.resolutions),
        size_options=[str(size) for size in model.sizes.options] if model.sizes else [],
        aspect_ratio_options=list(model.aspect_ratios),
        resolution_options=list(model.resolutions),
    )


def _size_of_ratio(catalogue: Catalogue, model: Model, ratio: str) -> SizeBody:
    candidate, *_ = catalogue.candidates(model, Fallback.NONE)
    return _size(best_for_ratio(candidate.canvas, ratio, model.default_resolution).size, ratio)


def _size(size: Size, ratio: str | None = None) -> SizeBody:
    if ratio is None:
        divisor = gcd(size.width, size.height)
        shortest = f"{size.width // divisor}:{size.height // divisor}"
        ratio = _FAMILIAR_RATIOS.get(shortest, shortest)
    shape = "Square" if size.width == size.height else "Landscape" if size.width > size.height else "Portrait"
    return SizeBody(
        size=str(size),
        width=size.width,
        height=size.height,
        aspect_ratio=ratio,
        label=f"{shape} {ratio}, {size.width} x {size.height}",
    )
