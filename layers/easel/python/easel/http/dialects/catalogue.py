"""The catalogue as clients see it: models with their options and schemas, and the ready-made sizes."""

from __future__ import annotations

from math import gcd
from typing import Any, Final

from easel.domain.catalogue import Catalogue, Model
from easel.domain.credits import MILLI
from easel.domain.generation import Size
from easel.domain.plans import DEFAULT_PLAN, plan_of
from easel.domain.pricing import load_price_book
from easel.errors import NotFound, UnknownModel
from easel.http.schemas import (
    ModelBody,
    ModelLinks,
    ModelList,
    ModelOptions,
    PriceBody,
    PriceStepBody,
    SizeBody,
    SizeList,
)
from easel.ids import MAX_IMAGES

GENERAL_SIZES_MODEL: Final = "seedream-v4"
"""The model whose sizes `/sizes` lists."""

_FAMILIAR_RATIOS: Final = {"7:3": "21:9"}
"""Ratios that people know by another name than their shortest one."""


def model_list(catalogue: Catalogue, base_url: str) -> ModelList:
    """Every active model."""
    return ModelList(
        models=[model_body(model, base_url) for model in catalogue.active_models()], version=catalogue.version
    )


def model_body(model: Model, base_url: str) -> ModelBody:
    """One model."""
    return ModelBody(
        id=model.id,
        name=model.name,
        description=model.description,
        provider=model.provider,
        status=model.status,
        modes=list(model.modes),
        options=_options(model),
        default_size=str(model.sizes.default) if model.sizes else None,
        default_resolution=model.default_resolution,
        output_formats=list(model.output_formats),
        max_images=MAX_IMAGES,
        max_references=model.max_references,
        max_prompt_characters=model.max_prompt_characters,
        deadline_seconds=model.deadline_seconds,
        price=_price(model, plan_of(DEFAULT_PLAN).prices),
        prices={plan: _price(model, plan) for plan in load_price_book().plans},
        price_book_version=load_price_book().version,
        input_schema=input_schema(model),
        links=ModelLinks(self=f"{base_url.rstrip('/')}/api/v1/models/{model.id}"),
    )


def find_model(catalogue: Catalogue, name: str) -> Model:
    """The model that a path names.

    Raises:
        NotFound: there is none; in a path that is no fault of a request's fields.
    """
    try:
        return catalogue.find(name)
    except UnknownModel as error:
        raise NotFound(error.message) from None


def input_schema(model: Model) -> dict[str, Any]:
    """JSON Schema of the requests that this model takes, in the canonical spelling."""
    properties: dict[str, Any] = {
        "model": {"const": model.id},
        "prompt": {"type": "string", "minLength": 1, "maxLength": model.max_prompt_characters, "pattern": r"\S"},
        "template": {
            "type": "object",
            "properties": {"id": {"type": "string"}, "variables": {"type": "object"}},
            "required": ["id"],
            "description": "Instead of `prompt`; see `GET /api/v1/prompt-templates`.",
        },
        "n": {"type": "integer", "minimum": 1, "maximum": MAX_IMAGES, "default": 1},
        "outputFormat": {"enum": list(model.output_formats)},
        "clientReference": {"type": "string", "maxLength": 200},
    }
    if model.sizes:
        about = f"Each side from {model.sizes.min_side} to {model.sizes.max_side} pixels."
        properties["size"] = {
            "type": "string",
            "pattern": r"^\d{1,5}x\d{1,5}$",
            "default": str(model.sizes.default),
            "examples": [str(size) for size in model.sizes.options],
            "description": about,
        }
    if model.aspect_ratios:
        properties["aspectRatio"] = {"enum": list(model.aspect_ratios)}
    if model.resolutions:
        properties["resolution"] = {"enum": list(model.resolutions), "default": model.default_resolution}
    if model.max_references:
        address = {"type": "string", "format": "uri"}
        properties["referenceUrls"] = {"type": "array", "items": address, "maxItems": model.max_references}
        properties["references"] = {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"url": address, "role": {"type": "string"}},
                "required": ["url"],
            },
            "maxItems": model.max_references,
        }
        properties["referenceFileIds"] = {
            "type": "array",
            "items": {"type": "string"},
            "maxItems": model.max_references,
        }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A request for {model.name}",
        "type": "object",
        "properties": properties,
        "required": ["model"],
        "oneOf": [{"required": ["prompt"]}, {"required": ["template"]}],
        "additionalProperties": False,
    }


def size_list(catalogue: Catalogue) -> SizeList:
    """The ready-made sizes, which are those of one model.

    Raises:
        UnknownModel: the catalogue no longer has that model.
    """
    model = catalogue.find(GENERAL_SIZES_MODEL)
    rule = model.sizes
    if rule is None:
        raise ValueError(f"{model.id} has lost its sizes")
    return SizeList(
        model=model.id,
        min_side=rule.min_side,
        max_side=rule.max_side,
        default=str(rule.default),
        sizes=[_size(size) for size in rule.options],
    )


def _price(model: Model, plan: str) -> PriceBody:
    rule = load_price_book().rule(plan, model.id)
    steps = rule.steps()
    lowest = min(step.price for step in steps)
    return PriceBody(
        credits=lowest / MILLI,
        milli_credits=lowest,
        per=rule.unit,
        steps=[
            PriceStepBody(
                option=step.option, quality=step.quality, milli_credits=step.price, credits=step.price / MILLI
            )
            for step in steps
        ],
        milli_credits_per_megapixel_above=rule.per_megapixel_above,
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


def _size(size: Size) -> SizeBody:
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
