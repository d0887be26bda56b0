"""Validation of a request's parameters against a model: sizes, ratios, counts and prompts, and the error messages.

All problems of a request are collected, so that a caller can fix them at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from easel.domain.catalogue.supported_sizes import nearest_ratio, nominal_size, same_ratio
from easel.domain.catalogue.tuning import Takers, negative_words, no_takers
from easel.domain.reference import needs_of
from easel.domain.request import AskedParameters, ImageParameters, ImageRequest, Size
from easel.domain.text import is_blank
from easel.domain.watermark import read_watermark
from easel.errors import FieldError, InvalidRequest
from easel.ids import MAX_IMAGES

if TYPE_CHECKING:
    from easel.domain.catalogue.model import Model

AUTO: Final = "auto"
"""The value `auto` of a size or a quality: the model's default."""

_SAME_QUALITY: Final = {"standard": "medium", "medium": "standard", "hd": "high", "high": "hd"}


class SizePolicy(StrEnum):
    """How to handle a size that the model does not support."""

    STRICT = "strict"
    """Refuse the request."""
    NEAREST = "nearest"
    """Use the nearest size and report it."""


_SIZE = re.compile(r"\s*(\d{1,5})\s*[xX*\u00d7]\s*(\d{1,5})\s*")
"""`1024x768`, `1024X768`, `1024*768` and the multiplication sign: clients use all of them."""


def parse_size(text: str) -> Size:
    """Parse a size in any of the accepted spellings.

    Raises:
        InvalidRequest: for the field `size`.
    """
    match = _SIZE.fullmatch(text)
    if match is None:
        raise InvalidRequest.of("size", f"{text[:40]!r} is not a size; write it as WIDTHxHEIGHT.", "WIDTHxHEIGHT")
    return Size(int(match[1]), int(match[2]))


def same_quality(quality: str) -> str:
    """Synonyms of qualities: two vocabularies are in use."""
    return _SAME_QUALITY.get(quality, quality)


def validate_parameters(model: Model, request: ImageRequest, takers: Takers = no_takers) -> ImageParameters:
    """Validate a request against `model` and fill in its defaults. `takers`: see `Tuning.faults`.

    Raises:
        InvalidRequest: with one `FieldError` per problem and the accepted values.
    """
    problems: list[FieldError] = []
    _check_prompt(model, request, problems)
    if not 1 <= request.count <= MAX_IMAGES:
        problems.append(FieldError("n", f"n must be from 1 to {MAX_IMAGES}.", {"minimum": 1, "maximum": MAX_IMAGES}))
    _check_references(model, request, problems)
    parameters = _check_parameters(model, request.asked, problems, takers)
    _refuse_if_any(problems)
    return parameters


def read_parameters(model: Model, asked: AskedParameters) -> ImageParameters:
    """The parameters alone, validated and completed as by `validate_parameters`. Raises InvalidRequest."""
    problems: list[FieldError] = []
    parameters = _check_parameters(model, asked, problems)
    _refuse_if_any(problems)
    return parameters


def _refuse_if_any(problems: list[FieldError]) -> None:
    if problems:
        raise InvalidRequest(problems[0].message, problems)


def _check_parameters(
    model: Model, asked: AskedParameters, problems: list[FieldError], takers: Takers = no_takers
) -> ImageParameters:
    parameters = replace(
        _check_measures(model, asked, problems),
        output_format=_check_choice("outputFormat", model, asked.output_format, model.output_formats, problems),
        quality=_check_quality(model, asked.quality, problems),
        style=_check_choice("style", model, asked.style, model.styles, problems),
        background=_check_choice("background", model, asked.background, model.backgrounds, problems),
        watermark=_check_watermark(asked.watermark, problems),
        negative_prompt=asked.negative_prompt,
        guidance=asked.guidance,
        steps=asked.steps,
        seed=asked.seed,
    )
    problems += model.tuning.faults(model.id, asked, takers)
    if (parameters.background, parameters.output_format) == ("transparent", "jpeg"):
        message = "A jpeg cannot be transparent: choose another outputFormat or background."
        problems.append(FieldError("outputFormat", message, ["png", "webp"]))
    return parameters


def _check_prompt(model: Model, request: ImageRequest, problems: list[FieldError]) -> None:
    """Of an image that is made again the caller sent only the note, which became part of the prompt."""
    prompt, note, negative = request.prompt, request.origin.note, request.asked.negative_prompt
    words = "\n\n" + negative_words(negative) if negative and model.tuning.says_in_prompt(request.asked) else ""
    limit, sent = model.max_prompt_characters, len(prompt) + len(words)
    if is_blank(prompt):
        problems.append(FieldError("prompt", "Prompt is required and must be a non-empty string", {"minLength": 1}))
    elif sent > limit and note:
        room = max(0, limit - sent + len(note))
        message = f"note has {len(note)} characters; the prompt leaves room for {room} in the {limit} of {model.id}."
        problems.append(FieldError("note", message, {"maxLength": room}))
    elif len(prompt) > limit:
        message = f"The prompt has {len(prompt)} characters; {model.id} takes at most {limit}."
        problems.append(FieldError("prompt", message, {"maxLength": limit}))
    elif negative and sent > limit:
        room = max(0, limit - sent + len(negative))
        message = f"negativePrompt has {len(negative)} characters; the prompt leaves room for {room} with {model.id}."
        problems.append(FieldError("negativePrompt", message, {"maxLength": room}))


def _check_references(model: Model, request: ImageRequest, problems: list[FieldError]) -> None:
    needs = needs_of(request.references)
    if needs.pictures > model.max_references:
        message = f"{model.id} takes at most {model.max_references} reference pictures."
        allowed = {"maximum": model.max_references}
        problems += [FieldError(field, message, allowed) for field in request.picture_fields()]
    masks = [index for index, reference in enumerate(request.references) if reference.is_mask]
    if not masks:
        return
    field = request.reference_field(masks[0])
    if not model.masks:
        problems.append(FieldError(field, f"{model.id} takes no mask.", []))
    elif len(masks) > 1:
        problems.append(FieldError(field, "There can be one mask.", {"maximum": 1}))
    elif not needs.pictures:
        problems.append(FieldError(field, "A mask needs the picture that it belongs to.", {"minimum": 1}))


def _check_measures(model: Model, wanted: AskedParameters, problems: list[FieldError]) -> ImageParameters:
    """Size, or ratio and resolution, as the caller chose; the model's default otherwise."""
    policy = _check_choice("sizePolicy", model, wanted.size_policy, list(SizePolicy), problems)
    asked = _check_size(model, wanted.size, policy, problems)
    ratio = _check_choice("aspectRatio", model, wanted.aspect_ratio, model.aspect_ratios, problems)
    level = _check_choice("resolution", model, wanted.resolution, model.resolutions, problems)
    if asked is None:
        if model.sizes and not (ratio or level):
            return ImageParameters(size=model.sizes.default, resolution=_default_resolution(model, model.sizes.default))
        return ImageParameters(aspect_ratio=ratio, resolution=level or model.default_resolution)
    if ratio is not None and not same_ratio(asked, ratio):
        message = f"size {asked} is not {ratio}: send one of the two, or two that agree."
        problems.append(FieldError("aspectRatio", message, [nearest_ratio(asked, model.aspect_ratios)]))
    if level is not None:
        problems.append(FieldError("resolution", f"size {asked} says it all: leave resolution out.", []))
    if model.sizes is None:
        return _nearest_by_ratio(model, asked)
    if model.sizes.allows(asked):
        return ImageParameters(size=asked)
    return ImageParameters(size=model.sizes.nearest(asked), asked_size=asked)


def _default_resolution(model: Model, size: Size | None) -> str | None:
    return model.default_resolution if size is None else None


def _nearest_by_ratio(model: Model, asked: Size) -> ImageParameters:
    """The ratio nearest to a size, in the smallest resolution with as many pixels."""
    ratio = nearest_ratio(asked, model.aspect_ratios)
    enough = (level for level in model.resolutions if nominal_size(ratio, level).pixels >= asked.pixels)
    resolution = next(enough, model.resolutions[-1]) if model.resolutions else None
    return ImageParameters(aspect_ratio=ratio, resolution=resolution, asked_size=asked)


def _check_size(model: Model, text: str | None, policy: str | None, problems: list[FieldError]) -> Size | None:
    """The parsed size; one that the model supports, unless the policy is `nearest`."""
    if text is None or text.strip().lower() == AUTO:
        return None
    nearest = policy == SizePolicy.NEAREST
    if model.sizes is None and not nearest:
        allowed = {"aspectRatio": list(model.aspect_ratios), "resolution": list(model.resolutions)}
        message = f"{model.id} does not take a size; choose aspectRatio" + (
            " and resolution." if model.resolutions else "."
        )
        problems.append(FieldError("size", message, allowed))
        return None
    allowed = model.sizes.describe() if model.sizes else {"aspectRatio": list(model.aspect_ratios)}
    try:
        size = parse_size(text)
    except InvalidRequest as error:
        problems.append(FieldError("size", error.message, allowed))
        return None
    if 0 in (size.width, size.height):
        problems.append(FieldError("size", f"{size} has no pixels.", allowed))
        return None
    if not nearest and model.sizes and not model.sizes.allows(size):
        message = f"{model.id} does not make {size}: {model.sizes.sentence()}"
        problems.append(FieldError("size", message, allowed))
    return size


def _check_quality(model: Model, text: str | None, problems: list[FieldError]) -> str | None:
    """The model's value for a quality; synonyms of the other vocabulary are accepted."""
    if text is None or text.strip().lower() == AUTO:
        return None
    word = text.strip().lower()
    synonym = same_quality(word)
    known = synonym if word not in model.qualities and synonym in model.qualities else word
    return _check_choice("quality", model, known, model.qualities, problems)


def _check_watermark(text: str | None, problems: list[FieldError]) -> str | None:
    try:
        return None if text is None else read_watermark(text)
    except InvalidRequest as error:
        problems.extend(error.fields)
        return None


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
