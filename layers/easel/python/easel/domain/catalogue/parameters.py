"""From what a caller asks to what a model is told: every rule about sizes, ratios, counts and prompts, and its message.

All problems of a request are collected, so that a caller can mend them in one go.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from easel.domain.generation import ImageParameters, Reference, Size
from easel.errors import FieldError, InvalidRequest
from easel.ids import MAX_IMAGES

if TYPE_CHECKING:
    from easel.domain.catalogue.model import Model

_SIZE = re.compile(r"\s*(\d{1,5})\s*[xX*\u00d7]\s*(\d{1,5})\s*")
"""`1024x768`, `1024X768`, `1024*768` and the multiplication sign: each seed writes its own."""


def parse_size(text: str) -> Size:
    """Read a size in any of the accepted spellings.

    Raises:
        InvalidRequest: naming the field `size`.
    """
    match = _SIZE.fullmatch(text)
    if match is None:
        raise InvalidRequest.of("size", f"{text[:40]!r} is not a size; write it as WIDTHxHEIGHT.", "WIDTHxHEIGHT")
    return Size(int(match[1]), int(match[2]))


def validate_parameters(
    model: Model,
    *,
    prompt: str,
    count: int,
    size: str | None = None,
    aspect_ratio: str | None = None,
    resolution: str | None = None,
    output_format: str | None = None,
    references: Sequence[Reference] = (),
) -> ImageParameters:
    """Check a request against what `model` can do and fill in its defaults.

    Raises:
        InvalidRequest: with one `FieldError` per problem and the values that would have been accepted.
    """
    problems: list[FieldError] = []
    _check_prompt(model, prompt, problems)
    if not 1 <= count <= MAX_IMAGES:
        problems.append(FieldError("n", f"n must be from 1 to {MAX_IMAGES}.", {"minimum": 1, "maximum": MAX_IMAGES}))
    if len(references) > model.max_references:
        message = f"{model.id} takes at most {model.max_references} reference pictures."
        problems.append(FieldError("referenceUrls", message, {"maximum": model.max_references}))
    parameters = ImageParameters(
        size=_check_size(model, size, problems),
        aspect_ratio=_check_choice("aspectRatio", model, aspect_ratio, model.aspect_ratios, problems),
        resolution=_check_choice("resolution", model, resolution, model.resolutions, problems)
        or model.default_resolution,
        output_format=_check_choice("outputFormat", model, output_format, model.output_formats, problems),
    )
    if problems:
        raise InvalidRequest(problems[0].message, problems)
    return parameters


def _check_prompt(model: Model, prompt: str, problems: list[FieldError]) -> None:
    limit = model.max_prompt_characters
    if not prompt.strip():
        problems.append(FieldError("prompt", "Prompt is required and must be a non-empty string", {"minLength": 1}))
    elif len(prompt) > limit:
        message = f"The prompt has {len(prompt)} characters; {model.id} takes at most {limit}."
        problems.append(FieldError("prompt", message, {"maxLength": limit}))


def _check_size(model: Model, text: str | None, problems: list[FieldError]) -> Size | None:
    if text is None:
        return model.sizes.default if model.sizes else None
    if model.sizes is None:
        allowed = {"aspectRatio": list(model.aspect_ratios), "resolution": list(model.resolutions)}
        message = f"{model.id} does not take a size; choose aspectRatio" + (
            " and resolution." if model.resolutions else "."
        )
        problems.append(FieldError("size", message, allowed))
        return None
    try:
        size = parse_size(text)
    except InvalidRequest as error:
        problems.append(FieldError("size", error.message, model.sizes.describe()))
        return None
    if not model.sizes.allows(size):
        rule = model.sizes
        limit = f"each side must be from {rule.min_side} to {rule.max_side} pixels."
        if rule.only:
            limit = f"choose one of {', '.join(str(option) for option in rule.options)}."
        message = f"{model.id} does not make {size}: {limit}"
        problems.append(FieldError("size", message, rule.describe()))
    return size


def _check_choice(
    field: str, model: Model, value: str | None, allowed: Sequence[str], problems: list[FieldError]
) -> str | None:
    if value is None:
        return None
    choice = value.strip().lower()
    if choice == "jpg":
        choice = "jpeg"
    if choice in allowed:
        return choice
    message = f"{model.id} does not take {field} {value[:40]!r}." if allowed else f"{model.id} does not take {field}."
    problems.append(FieldError(field, message, list(allowed)))
    return None
