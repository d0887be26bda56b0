"""REQUEST: what was asked for, written once and never changed.

What a key or another record says anyway is left out: the ids, the mode, a provider that is the planned one. Long texts
are compressed together, in the attribute `compressed`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from easel.clock import from_iso, to_iso
from easel.compression import compressed, decompressed
from easel.domain.generation import Generation, UsedTemplate
from easel.domain.image import Image, ServedBy
from easel.domain.limits import json_of
from easel.domain.price import Price, PriceUnit
from easel.domain.reference import Reference
from easel.domain.request import Channel, ImageParameters, Mode, Origin, RequestWebhook, Size
from easel.ids import image_id
from easel.repositories.generations import keys
from easel.repositories.generations.input_params import input_from, input_values
from easel.repositories.generations.reference_items import reference_from, reference_values
from easel.repositories.generations.values import (
    adjustment_from,
    adjustment_values,
    routing_from,
    routing_values,
    without_empty,
    without_none,
)

_SCHEMA: Final = 1
_LONG: Final = ("prompt", "inputParams", "inputFrom", "references", "images", "template")
"""Attributes that grow with what a caller sends."""


def request_item(generation: Generation) -> dict[str, Any]:
    """The record with its key, as it is stored: never larger than the plain one."""
    item = plain_request_item(generation)
    long = {name: item.pop(name) for name in _LONG if name in item}
    smaller = compressed(json_of(long))
    return item | (long if isinstance(smaller, str) else {"compressed": smaller})


def plain_request_item(generation: Generation) -> dict[str, Any]:
    """The record with nothing compressed."""
    key = keys.generation_request(generation.workspace_id, generation.id)
    return key | without_empty(
        {
            "entity": "REQUEST",
            "schema": _SCHEMA,
            "userId": generation.user_id,
            "channel": generation.channel.value,
            "model": generation.model,
            "provider": generation.provider,
            "servedBy": _served_by_values(generation),
            "adjustments": [adjustment_values(adjustment) for adjustment in generation.adjustments],
            "prompt": generation.prompt,
            "mode": None if generation.mode is _usual_mode(generation.references) else generation.mode.value,
            "parameters": _parameter_values(generation.parameters),
            **input_values(generation.input_params, generation.prompt, generation.references),
            "references": [reference_values(reference) for reference in generation.references],
            "images": _image_values(generation),
            "createdAt": to_iso(generation.created_at),
            "deadline": to_iso(generation.deadline),
            "permalinkSecret": generation.permalink_secret,
            "requestId": generation.request_id,
            "clientReference": generation.client_reference,
            "price": _price_values(generation.price),
            "budgetKeys": list(generation.budget_keys),
            "template": _template_values(generation.template),
            "routing": routing_values(generation.routing),
            "origin": _origin_values(generation.origin),
            "workSeconds": generation.work_seconds,
        }
    )


def request_fields(workspace_id: str, generation_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a `Generation` that the record holds; its images are new ones."""
    if "compressed" in values:
        values = {**values, **json.loads(decompressed(values["compressed"]))}
    references = tuple(map(reference_from, values.get("references", ())))
    prompt = values.get("prompt", "")
    return {
        "id": generation_id,
        "workspace_id": workspace_id,
        "user_id": values["userId"],
        "channel": Channel(values["channel"]),
        "model": values["model"],
        "provider": values["provider"],
        "served_by": _served_by_from(values),
        "adjustments": tuple(map(adjustment_from, values.get("adjustments", ()))),
        "prompt": prompt,
        "mode": Mode(values["mode"]) if "mode" in values else _usual_mode(references),
        "parameters": _parameters_from(values.get("parameters", {})),
        "input_params": input_from(values, prompt, references),
        "references": references,
        "images": tuple(_new_image(generation_id, index, own) for index, own in enumerate(values["images"])),
        "created_at": from_iso(values["createdAt"]),
        "deadline": from_iso(values["deadline"]),
        "permalink_secret": values["permalinkSecret"],
        "request_id": values.get("requestId", ""),
        "client_reference": values.get("clientReference"),
        "price": _price_from(values.get("price")),
        "budget_keys": tuple(values.get("budgetKeys", ())),
        "template": _template_from(values.get("template")),
        "routing": routing_from(values.get("routing", {})),
        "origin": _origin_from(values.get("origin", {})),
        "work_seconds": values.get("workSeconds"),
    }


def _image_values(generation: Generation) -> list[dict[str, Any]]:
    """What each image has of its own. There is an entry for every image, so that their number is known."""
    return [
        without_none(
            {
                "prompt": image.prompt,
                "shot": image.shot,
                "references": None if image.references is None else list(image.references),
            }
        )
        for image in generation.images
    ]


def _new_image(generation_id: str, index: int, own: Mapping[str, Any]) -> Image:
    references = own.get("references")
    return Image(
        id=image_id(generation_id, index),
        index=index,
        prompt=own.get("prompt"),
        shot=own.get("shot"),
        references=None if references is None else tuple(references),
    )


def _usual_mode(references: tuple[Reference, ...]) -> Mode:
    return Mode.IMAGE_TO_IMAGE if references else Mode.TEXT_TO_IMAGE


def _served_by_values(generation: Generation) -> str | dict[str, str] | None:
    planned = generation.served_by
    if planned == ServedBy(generation.provider, generation.model):
        return "same"
    return {"provider": planned.provider, "model": planned.model} if planned else None


def _served_by_from(values: Mapping[str, Any]) -> ServedBy | None:
    planned = values.get("servedBy")
    if planned == "same":
        return ServedBy(values["provider"], values["model"])
    return ServedBy(planned["provider"], planned["model"]) if planned else None


def _parameter_values(parameters: ImageParameters) -> dict[str, Any]:
    return without_none(
        {
            "size": str(parameters.size) if parameters.size else None,
            "aspectRatio": parameters.aspect_ratio,
            "resolution": parameters.resolution,
            "outputFormat": parameters.output_format,
            "quality": parameters.quality,
            "style": parameters.style,
            "background": parameters.background,
            "watermark": parameters.watermark,
            "negativePrompt": parameters.negative_prompt,
            # As text, because DynamoDB knows no floats.
            "guidance": None if parameters.guidance is None else repr(parameters.guidance),
            "steps": parameters.steps,
            "seed": parameters.seed,
            "askedSize": str(parameters.asked_size) if parameters.asked_size else None,
        }
    )


def _parameters_from(values: Mapping[str, Any]) -> ImageParameters:
    return ImageParameters(
        size=_size(values.get("size")),
        aspect_ratio=values.get("aspectRatio"),
        resolution=values.get("resolution"),
        output_format=values.get("outputFormat"),
        quality=values.get("quality"),
        style=values.get("style"),
        background=values.get("background"),
        watermark=values.get("watermark"),
        negative_prompt=values.get("negativePrompt"),
        guidance=float(values["guidance"]) if "guidance" in values else None,
        steps=values.get("steps"),
        seed=values.get("seed"),
        asked_size=_size(values.get("askedSize")),
    )


def _size(text: str | None) -> Size | None:
    if text is None:
        return None
    width, height = text.split("x")
    return Size(int(width), int(height))


def _price_values(price: Price | None) -> dict[str, Any] | None:
    if price is None:
        return None
    return {
        "version": price.version,
        "plan": price.plan,
        "unit": price.unit.value,
        "total": price.total,
        "images": price.images,
    }


def _price_from(values: Mapping[str, Any] | None) -> Price | None:
    if values is None:
        return None
    return Price(values["version"], values["plan"], PriceUnit(values["unit"]), values["total"], values["images"])


def _template_values(template: UsedTemplate | None) -> dict[str, Any] | None:
    if template is None:
        return None
    return {"id": template.id, "version": template.version, "notices": list(template.notices)}


def _template_from(values: Mapping[str, Any] | None) -> UsedTemplate | None:
    return UsedTemplate(values["id"], values["version"], tuple(values["notices"])) if values else None


def _origin_values(origin: Origin) -> dict[str, Any]:
    return without_none(
        {
            "product": origin.product_id,
            "parent": origin.parent_image,
            "shot": origin.shot,
            "note": origin.note,
            "replyTo": origin.reply_to,
            "correlation": origin.correlation_id,
            "title": origin.title,
            "webhook": origin.webhook.as_text() if origin.webhook else None,
        }
    )


def _origin_from(values: Mapping[str, Any]) -> Origin:
    return Origin(
        product_id=values.get("product"),
        parent_image=values.get("parent"),
        shot=values.get("shot"),
        note=values.get("note"),
        reply_to=values.get("replyTo"),
        correlation_id=values.get("correlation"),
        title=values.get("title"),
        webhook=RequestWebhook.read(values.get("webhook")),
    )
