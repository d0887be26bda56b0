"""JSON Schema of the requests that a model takes, in the canonical spelling."""

from __future__ import annotations

from typing import Any, Final

from easel.domain.catalogue import Model, SizePolicy, SizeRule
from easel.domain.catalogue.parameters import AUTO, same_quality
from easel.domain.text import VISIBLE
from easel.domain.watermark import MAX_CHARACTERS
from easel.ids import MAX_IMAGES

_SIZE: Final = {"type": "string", "pattern": r"^[1-9]\d{0,4}x[1-9]\d{0,4}$"}
_ID: Final = {"type": "string", "format": "uuid"}
_NEAREST: Final = {"properties": {"sizePolicy": {"const": SizePolicy.NEAREST}}, "required": ["sizePolicy"]}
_NO_JPEG: Final = {
    "if": {"properties": {"background": {"const": "transparent"}}, "required": ["background"]},
    "then": {"properties": {"outputFormat": {"not": {"const": "jpeg"}}}},
}


def input_schema(model: Model) -> dict[str, Any]:
    """The schema. Rules about pixels that JSON Schema has no words for are in the description of `size`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A request for {model.name}",
        "type": "object",
        "properties": _subject(model) | _measures(model) | _looks(model) | _references(model),
        "required": ["model"],
        "oneOf": [{"required": ["prompt"]}, {"required": ["template"]}],
        "allOf": _conditions(model),
        "additionalProperties": False,
    }


def _subject(model: Model) -> dict[str, Any]:
    return {
        "model": {"enum": [model.id, *model.aliases]},
        "prompt": {"type": "string", "minLength": 1, "maxLength": model.max_prompt_characters, "pattern": VISIBLE},
        "template": {
            "type": "object",
            "properties": {"id": {"type": "string"}, "variables": {"type": "object"}},
            "required": ["id"],
            "description": "Instead of `prompt`; see `GET /api/v1/prompt-templates`.",
        },
        "n": {"type": "integer", "minimum": 1, "maximum": MAX_IMAGES, "default": 1},
        "watermark": {"type": "string", "minLength": 1, "maxLength": MAX_CHARACTERS, "pattern": VISIBLE},
        "clientReference": {"type": "string", "maxLength": 200},
    }


def _measures(model: Model) -> dict[str, Any]:
    properties: dict[str, Any] = {"size": _SIZE, "sizePolicy": {"enum": list(SizePolicy), "default": SizePolicy.STRICT}}
    if model.sizes:
        sentence = model.sizes.sentence()
        properties["size"] = _SIZE | {
            "examples": [str(size) for size in model.sizes.options],
            "description": sentence[0].upper() + sentence[1:],
        }
        if model.sizes.default:
            properties["size"]["default"] = str(model.sizes.default)
    if model.aspect_ratios:
        properties["aspectRatio"] = {"enum": list(model.aspect_ratios)}
    if model.resolutions:
        properties["resolution"] = {"enum": list(model.resolutions), "default": model.default_resolution}
    return properties


def _looks(model: Model) -> dict[str, Any]:
    words = dict.fromkeys(word for quality in model.qualities for word in (quality, same_quality(quality)))
    properties: dict[str, Any] = {
        "outputFormat": {"enum": list(model.output_formats)},
        "quality": {"enum": [*words, AUTO], "default": model.default_quality},
        "style": {"enum": list(model.styles)},
    }
    if model.backgrounds:
        properties["background"] = {"enum": list(model.backgrounds)}
    return properties | model.tuning.describe()


def _references(model: Model) -> dict[str, Any]:
    if not model.max_references:
        return {}
    address = {"type": "string", "format": "uri"}
    sources = {"uploadId": _ID, "imageId": _ID, "url": address, "telegramFileId": {"type": "string"}}
    shown = {
        "type": "object",
        "properties": sources | {"role": {"type": "string"}},
        "oneOf": [{"required": [name]} for name in sources],
    }
    return {
        "referenceUrls": {"type": "array", "items": address, "maxItems": model.max_references},
        "references": {"type": "array", "items": shown, "maxItems": model.max_references + model.masks},
        "referenceFileIds": {"type": "array", "items": {"type": "string"}, "maxItems": model.max_references},
    }


def _conditions(model: Model) -> list[dict[str, Any]]:
    """What depends on another field: a size that the model does not have goes with `nearest` only."""
    conditions = [{"if": _NEAREST, "else": {"properties": {"size": _strict_size(model.sizes)}}}]
    if model.sizes and model.resolutions:
        conditions.append({"if": {"required": ["size"]}, "then": {"properties": {"resolution": False}}})
    if "transparent" in model.backgrounds:
        conditions.append(_NO_JPEG)
    return conditions


def _strict_size(rule: SizeRule | None) -> dict[str, Any] | bool:
    if rule is None:
        return False
    return _SIZE if rule.bounds else {"enum": [str(size) for size in rule.options]}
