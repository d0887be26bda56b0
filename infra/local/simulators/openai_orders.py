"""Checks a request to OpenAI's Images API as the vendor does, and reads it into an order.

The texts of refusals are as users have reported them; without a report, the text is a guess that our adapter does not
rely on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from infra.local.simulators.openai_models import Model

_SIDE_STEP: Final = 16
_MAX_SIDE: Final = 3840
_MIN_PIXELS: Final = 655_360
_MAX_PIXELS: Final = 8_294_400
_MAX_RATIO: Final = 3
_MAX_PARTIALS: Final = 3

_FORMATS: Final = ("png", "jpeg", "webp")
_ON_REQUEST: Final = ("gif", "svg")
_WITH_ALPHA: Final = ("png", "webp")

_INTEGERS: Final = ("n", "output_compression", "partial_images")


class RefusedError(Exception):
    """A request that the vendor refuses: what its error object says."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = "invalid_value",
        param: str | None = None,
        type: str = "invalid_request_error",
        status: int = 400,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.param = param
        self.type = type
        self.status = status


@dataclass(frozen=True, slots=True)
class Order:
    """A request that was accepted. `size` is None where the model chooses it."""

    model: Model
    prompt: str
    count: int
    size: tuple[int, int] | None
    quality: str
    transparent: bool
    format: str
    fidelity: str
    as_url: bool
    partials: int | None


def typed(fields: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a form, where everything comes as text, as JSON would have brought them."""
    form: dict[str, Any] = dict(fields)
    for name in _INTEGERS:
        if re.fullmatch(r"\d{1,6}", fields.get(name, ""), re.ASCII):
            form[name] = int(fields[name])
    if fields.get("stream") in ("true", "false"):
        form["stream"] = fields["stream"] == "true"
    return form


def read_order(form: Mapping[str, Any], model: Model, *, edits: bool) -> Order:
    """The order that a request is. Raises RefusedError."""
    form = {name: value for name, value in form.items() if value is not None}
    fields = model.fields | ({"input_fidelity"} if edits and model.fidelities else set())
    for name in form:
        if name not in fields:
            raise RefusedError(f"Unknown parameter: '{name}'.", code="unknown_parameter", param=name)
    image_format = _format(form, model)
    _choice(form, "moderation", ("low", "auto"), "auto")
    _choice(form, "complexity", ("low", "medium", "high"), "high")
    _choice(form, "style", model.styles, "vivid")
    quality = _choice(form, "quality", model.qualities, "standard" if model.is_dall_e else "auto")
    return Order(
        model=model,
        prompt=_prompt(form, model),
        count=_integer(form, "n", 1, model.max_pictures, 1),
        size=_size(form, model),
        quality="medium" if quality == "auto" else quality,
        transparent=_background(form, image_format) == "transparent",
        format=image_format,
        # Models that do not let it be chosen always look closely.
        fidelity=_choice(form, "input_fidelity", model.fidelities, "low") if model.fidelities else "high",
        as_url=model.is_dall_e and _choice(form, "response_format", ("url", "b64_json"), "url") == "url",
        partials=_partials(form),
    )


def _prompt(form: Mapping[str, Any], model: Model) -> str:
    if "prompt" not in form:
        raise RefusedError("Missing required parameter: 'prompt'.", code="missing_required_parameter", param="prompt")
    prompt = _text(form, "prompt", "")
    if not prompt.strip():
        raise RefusedError("Invalid 'prompt': it must not be empty.", param="prompt")
    if len(prompt) > model.max_prompt:
        message = f"Invalid 'prompt': string too long. Expected a string with maximum length {model.max_prompt}."
        raise RefusedError(message, code="string_above_max_length", param="prompt")
    return prompt


def _size(form: Mapping[str, Any], model: Model) -> tuple[int, int] | None:
    if model.sizes is not None:
        allowed = model.sizes if model.is_dall_e else (*model.sizes, "auto")
        return _sides(_choice(form, "size", allowed, "1024x1024" if model.is_dall_e else "auto"))
    size = _text(form, "size", "auto")
    sides = _sides(size)
    if sides is None:
        if size != "auto":
            raise RefusedError(f"Invalid size '{size}'. Write it as WIDTHxHEIGHT, or auto.", param="size")
        return None
    if wrong := _wrong_with(*sides):
        raise RefusedError(f"Invalid size '{size}'. {wrong}", param="size")
    return sides


def _wrong_with(width: int, height: int) -> str:
    """What keeps a free size from being made; empty when nothing does."""
    if width % _SIDE_STEP or height % _SIDE_STEP:
        return f"Width and height must both be divisible by {_SIDE_STEP}."
    if not 0 < max(width, height) <= _MAX_SIDE:
        return f"The longest edge must be at most {_MAX_SIDE} pixels."
    if max(width, height) > _MAX_RATIO * min(width, height):
        return f"The aspect ratio must be between 1:{_MAX_RATIO} and {_MAX_RATIO}:1."
    if not _MIN_PIXELS <= width * height <= _MAX_PIXELS:
        return f"It must have from {_MIN_PIXELS} to {_MAX_PIXELS} pixels."
    return ""


def _sides(size: str) -> tuple[int, int] | None:
    match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", size, re.ASCII)
    return (int(match[1]), int(match[2])) if match else None


def _format(form: Mapping[str, Any], model: Model) -> str:
    chosen = _choice(form, "output_format", (*_FORMATS, *_ON_REQUEST), "png")
    if chosen in _ON_REQUEST:
        message = f"Your project does not have access to output_format '{chosen}' of {model.id}."
        raise RefusedError(message, param="output_format")
    if "output_compression" in form:
        if chosen == "png":
            raise RefusedError("Compression is not supported for png output.", param="output_compression")
        _integer(form, "output_compression", 0, 100, 100)
    return chosen


def _background(form: Mapping[str, Any], image_format: str) -> str:
    background = _choice(form, "background", ("transparent", "opaque", "auto"), "auto")
    if background == "transparent" and image_format not in _WITH_ALPHA:
        message = f"Transparent background is not supported for {image_format} output."
        raise RefusedError(message, param="background")
    return background


def _partials(form: Mapping[str, Any]) -> int | None:
    """How many pictures of the way are wanted; None when nothing is streamed."""
    stream = form.get("stream", False)
    if not isinstance(stream, bool):
        raise RefusedError("Invalid type for 'stream': expected a boolean.", code="invalid_type", param="stream")
    partials = _integer(form, "partial_images", 0, _MAX_PARTIALS, 0)
    if partials and not stream:
        raise RefusedError("partial_images needs stream to be true.", param="partial_images")
    return partials if stream else None


def _choice(form: Mapping[str, Any], field: str, allowed: Collection[str], default: str) -> str:
    value = _text(form, field, default)
    if field in form and value not in allowed:
        values = ", ".join(f"'{each}'" for each in allowed)
        raise RefusedError(f"Invalid value: '{value}'. Supported values are: {values}.", param=field)
    return value


def _text(form: Mapping[str, Any], field: str, default: str) -> str:
    value = form.get(field, default)
    if not isinstance(value, str):
        raise RefusedError(f"Invalid type for '{field}': expected a string.", code="invalid_type", param=field)
    return value


def _integer(form: Mapping[str, Any], field: str, low: int, high: int, default: int) -> int:
    value = form.get(field, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise RefusedError(f"Invalid type for '{field}': expected an integer.", code="invalid_type", param=field)
    if not low <= value <= high:
        code = "integer_above_max_value" if value > high else "integer_below_min_value"
        raise RefusedError(f"Invalid '{field}': expected a value from {low} to {high}.", code=code, param=field)
    return value
