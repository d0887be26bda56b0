"""The paths of WaveSpeed v3 that make pictures, and what the vendor checks before it takes a job.

Pages of wavespeed.ai/docs and models/*/llms.txt name the fields, ratios and tiers. How many references the `edit`
paths of `nano-banana-pro`, `-2` and `-2.1` take is a guess: as many as the models behind them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from infra.local.simulators.job_threads import Source, wrong_choice
from infra.local.simulators.ratios import FLASH, FOURTEEN, GPT_RATIOS, PRO, SCALES, Sizes, gpt_size, nearest, scaled

MISSING: Final = 1400
INVALID: Final = 1401
_MIN_SIDE: Final = 1024
_MAX_SIDE: Final = 4096
_FLAGS: Final = ("enable_sync_mode", "enable_base64_output", "enable_web_search", "enable_image_search")


class RefusedError(Exception):
    """A request that the vendor would refuse, with its task-level code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Model:
    """What a path takes. Those without ratios take `size`; `sizes` has the pixels of ratios, where published."""

    max_references: int = 0
    ratios: tuple[str, ...] = ()
    sizes: Sizes | None = None
    has_resolution: bool = False
    qualities: tuple[str, ...] = ()
    formats: tuple[str, ...] = ("png", "jpeg")
    max_outputs: int = 1

    def choices(self) -> dict[str, tuple[str, ...]]:
        """The fields that have only so many values."""
        choices = {
            "output_format": self.formats,
            "aspect_ratio": self.ratios,
            "resolution": tuple(SCALES) if self.has_resolution else (),
            "quality": self.qualities,
        }
        return {field: values for field, values in choices.items() if values}


def _gemini(sizes: Sizes, max_references: int = 0, *, has_resolution: bool = True) -> Model:
    return Model(max_references, tuple(sizes), sizes, has_resolution)


def _gpt(max_references: int = 0) -> Model:
    return Model(
        max_references,
        GPT_RATIOS,
        has_resolution=True,
        qualities=("low", "medium", "high", "xhigh", "max"),
        formats=("png", "jpeg", "webp"),
    )


MODELS: Final[Mapping[str, Model]] = {
    "bytedance/seedream-v4": Model(),
    "bytedance/seedream-v4/edit": Model(max_references=10),
    "bytedance/seedream-v4/sequential": Model(max_outputs=15),
    "bytedance/seedream-v4/edit-sequential": Model(max_references=10, max_outputs=15),
    "google/nano-banana/text-to-image": _gemini(FLASH, has_resolution=False),
    "google/nano-banana/edit": _gemini(FLASH, 10, has_resolution=False),
    "google/nano-banana-pro/text-to-image": _gemini(PRO),
    "google/nano-banana-pro/edit": _gemini(PRO, 14),
    "google/nano-banana-2/text-to-image": _gemini(FOURTEEN),
    "google/nano-banana-2/edit": _gemini(FOURTEEN, 14),
    "google/nano-banana-2.1/text-to-image": _gemini(FOURTEEN),
    "google/nano-banana-2.1/edit": _gemini(FOURTEEN, 14),
    "openai/gpt-image-2.5-flare/text-to-image": _gpt(),
    "openai/gpt-image-2.5-flare/edit": _gpt(16),
    "openai/gpt-image-2.5-sunburst/text-to-image": _gpt(),
    "openai/gpt-image-2.5-sunburst/edit": _gpt(16),
}


def validated(form: dict[str, Any] | None, model: Model) -> dict[str, Any]:
    """The request's fields, or the refusal that the vendor would give."""
    if form is None:
        raise RefusedError(INVALID, "the body must be a JSON object")
    _check_prompt(form.get("prompt"))
    if unclear := [flag for flag in _FLAGS if not isinstance(form.get(flag, False), bool)]:
        raise RefusedError(INVALID, f"{unclear[0]} must be a boolean")
    if model.max_references:
        _check_references(form.get("images"), model.max_references)
    if wrong := wrong_choice(form, model.choices()):
        raise RefusedError(INVALID, wrong)
    if not model.ratios:
        _sides(form)
    return form


def picture_size(form: Mapping[str, Any], model: Model, sources: Sequence[Source]) -> tuple[int, int]:
    """The size of the picture that a request asks for."""
    if not model.ratios:
        return _sides(form)
    resolution = form.get("resolution", "1k")
    if model.sizes is None:
        own = nearest(model.ratios, sources[0].ratio) if sources else "1:1"
        return gpt_size(form.get("aspect_ratio", own), resolution)
    return scaled(model.sizes, form.get("aspect_ratio", "1:1"), resolution if model.has_resolution else "1k")


def output_format(form: Mapping[str, Any], model: Model) -> str:
    """Seedream delivers JPEG, the others what was asked."""
    chosen: str = form.get("output_format", "png") if model.ratios else "jpeg"
    return chosen


def output_count(form: Mapping[str, Any], model: Model) -> int:
    """How many pictures a job makes."""
    wanted = form.get("max_images", 1)
    return min(wanted, model.max_outputs) if isinstance(wanted, int) and wanted > 0 else 1


def _check_prompt(prompt: Any) -> None:
    if prompt is None:
        raise RefusedError(MISSING, "prompt is required")
    if not isinstance(prompt, str) or not prompt.strip():
        raise RefusedError(INVALID, "prompt must be a non-empty string")


def _check_references(images: Any, limit: int) -> None:
    if images is None:
        raise RefusedError(MISSING, "images is required")
    if not isinstance(images, list) or not 1 <= len(images) <= limit:
        raise RefusedError(INVALID, f"images must be an array of 1 to {limit} URLs")
    if not all(isinstance(url, str) and url.startswith(("http://", "https://")) for url in images):
        raise RefusedError(INVALID, "images must hold URLs")


def _sides(form: Mapping[str, Any]) -> tuple[int, int]:
    sides = re.fullmatch(r"(\d{1,5})\*(\d{1,5})", str(form.get("size", "2048*2048")))
    if sides is None or not all(_MIN_SIDE <= int(side) <= _MAX_SIDE for side in sides.groups()):
        raise RefusedError(INVALID, f"size must be W*H with each side from {_MIN_SIDE} to {_MAX_SIDE}")
    return int(sides[1]), int(sides[2])
