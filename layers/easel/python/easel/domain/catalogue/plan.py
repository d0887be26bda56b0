"""From a request to the parameters sent to one candidate: the nearest that it can make, and the differences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sqrt
from typing import Any, Final

from easel.domain.catalogue.candidate import Candidate
from easel.domain.catalogue.supported_sizes import (
    AnySize,
    Canvas,
    Ratios,
    Shape,
    best_for_ratio,
    best_for_size,
    same_ratio,
    scale_of,
)
from easel.domain.catalogue.tuning import negative_words
from easel.domain.image import Adjustment
from easel.domain.provider import UpstreamParameters
from easel.domain.request import ImageParameters, Size

STANDARD: Final = "standard"
FINE_QUALITIES: Final = frozenset({"hd", "high"})
_OVERSAMPLING: Final = 1.5
"""Factor per side: without a quality setting, a high-quality image is made larger and then reduced."""
_FINE_WORDS: Final = "Work out every detail with great care: crisp edges, clean textures, no artefacts."

_NATURAL: Final = "True colours, soft and believable light, nothing exaggerated."
_VIVID: Final = "Rich, saturated colours, strong contrast and dramatic light."
STYLE_WORDS: Final[Mapping[str, str]] = {
    "natural": f"Style: natural. {_NATURAL}",
    "vivid": f"Style: vivid. {_VIVID}",
    "artistic": f"Style: artistic. An expressive artwork with visible brushwork and a bold composition. {_VIVID}",
    "photographic": "Style: photographic. A photograph taken with a real camera, with fine texture and the depth of "
    f"field of a good lens. {_NATURAL}",
}
"""Prompt text for styles that a vendor does not have: artistic extends vivid, photographic extends natural."""


@dataclass(frozen=True, slots=True)
class UpstreamPlan:
    """The prompt and parameters for a candidate, and how they differ from the request."""

    prompt: str
    parameters: UpstreamParameters
    adjustments: tuple[Adjustment, ...] = ()


@dataclass(slots=True)
class _Draft:
    """A plan under construction."""

    candidate: Candidate
    asked: ImageParameters
    is_fine: bool = False
    words: list[str] = field(default_factory=list)
    adjustments: list[Adjustment] = field(default_factory=list)

    def note(self, name: str, asked: object, made: object, reason: str) -> None:
        self.adjustments.append(Adjustment(name, str(asked), str(made), reason))


def plan_upstream(candidate: Candidate, prompt: str, asked: ImageParameters) -> UpstreamPlan:
    """Plan one image for this candidate; the result is finished to the requested size and format afterwards."""
    draft = _Draft(candidate, asked)
    if asked.asked_size is not None:
        taken = asked.size or " ".join(part for part in (asked.aspect_ratio, asked.resolution) if part)
        draft.note("size", asked.asked_size, taken, "The model has no such size, and sizePolicy is nearest.")
    shape = _shape(draft)
    parameters = UpstreamParameters(
        size=shape.size,
        aspect_ratio=shape.aspect_ratio,
        resolution=shape.resolution,
        output_format=_output_format(candidate, asked),
        quality=_quality(draft),
        style=_style(draft),
        background=_background(draft),
        **_tuning(draft),
    )
    return UpstreamPlan("\n\n".join((prompt, *draft.words)), parameters, tuple(draft.adjustments))


# --- size, ratio, resolution ------------------------------------------------------------------------------------------


def _shape(draft: _Draft) -> UpstreamParameters:
    """Size, or ratio and resolution, as the candidate takes them."""
    asked, canvas = draft.asked, draft.candidate.canvas
    if isinstance(canvas, AnySize):
        return UpstreamParameters(asked.size, asked.aspect_ratio, asked.resolution)
    if asked.size is not None:
        return _as_parameters(canvas, _shape_for_size(draft, asked.size))
    if asked.aspect_ratio is None and isinstance(canvas, Ratios):
        # The vendor chooses the aspect ratio: with reference images it follows theirs.
        shape = best_for_ratio(canvas, next(iter(canvas.sizes)), asked.resolution)
        _note_resolution(draft, shape)
        return UpstreamParameters(resolution=shape.resolution)
    return _as_parameters(canvas, _shape_for_ratio(draft, asked.aspect_ratio or "1:1"))


def _as_parameters(canvas: Canvas, shape: Shape) -> UpstreamParameters:
    if isinstance(canvas, Ratios):
        return UpstreamParameters(aspect_ratio=shape.aspect_ratio, resolution=shape.resolution)
    return UpstreamParameters(size=shape.size)


def _shape_for_size(draft: _Draft, requested: Size) -> Shape:
    shape = _fine_shape(draft, requested) or best_for_size(draft.candidate.canvas, requested)
    if shape.size == requested:
        return shape
    if not shape.covers(requested):
        reason = f"The largest that {draft.candidate.provider} makes in this form; enlarged to {requested}."
    elif shape.size.width * requested.height == shape.size.height * requested.width:
        reason = f"Made larger and reduced to {requested}."
    else:
        reason = f"Made larger, cut around the centre and reduced to {requested}."
    draft.note("size", requested, shape, reason)
    return shape


def _fine_shape(draft: _Draft, requested: Size) -> Shape | None:
    """A larger shape instead of a quality setting that the vendor does not have."""
    candidate = draft.candidate
    if candidate.qualities or draft.asked.quality not in FINE_QUALITIES:
        return None
    finer = Size(round(requested.width * _OVERSAMPLING), round(requested.height * _OVERSAMPLING))
    shape = best_for_size(candidate.canvas, finer)
    if not shape.covers(finer):
        return None
    reason = f"{candidate.model} has no quality to choose: the picture is made larger and reduced."
    draft.note("quality", draft.asked.quality, shape, reason)
    draft.is_fine = True
    return shape


def _shape_for_ratio(draft: _Draft, ratio: str) -> Shape:
    shape = best_for_ratio(draft.candidate.canvas, ratio, draft.asked.resolution)
    if shape.aspect_ratio != ratio and not same_ratio(shape.size, ratio):
        draft.note(
            "aspectRatio", ratio, shape.aspect_ratio or shape, f"The nearest that {draft.candidate.model} makes."
        )
    _note_resolution(draft, shape)
    return shape


def _note_resolution(draft: _Draft, shape: Shape) -> None:
    asked = draft.asked.resolution
    if asked is None or shape.resolution == asked:
        return
    if shape.resolution is None and scale_of(asked) == round(sqrt(shape.size.pixels) / 1024):
        return
    draft.note("resolution", asked, shape.resolution or shape.size, f"The nearest that {draft.candidate.model} makes.")


# --- quality, style, background, format -------------------------------------------------------------------------------


def _quality(draft: _Draft) -> str | None:
    """The vendor's value for the requested quality."""
    candidate, asked = draft.candidate, draft.asked.quality
    if candidate.qualities:
        word = candidate.qualities.get(asked or STANDARD, candidate.qualities[STANDARD])
        if asked not in {None, word}:
            draft.note("quality", asked, word, f"The nearest of {candidate.model}'s qualities.")
        return word
    if asked in FINE_QUALITIES and not draft.is_fine:
        draft.words.append(_FINE_WORDS)
        draft.note("quality", asked, "prompt", f"{candidate.model} has no quality to choose: the prompt asks for it.")
    elif asked == "low":
        draft.note("quality", asked, STANDARD, f"{candidate.model} has no quality to choose.")
    return None


def _style(draft: _Draft) -> str | None:
    """The vendor's value for the requested style; without one the style is written into the prompt."""
    candidate, asked = draft.candidate, draft.asked.style
    if asked is None:
        return None
    word = candidate.styles.get(asked)
    if word == asked:
        return word
    draft.words.append(STYLE_WORDS[asked])
    if word is None:
        draft.note("style", asked, "prompt", f"{candidate.model} has no styles to choose: the prompt asks for it.")
    else:
        draft.note("style", asked, word, f"The nearest of {candidate.model}'s styles; the prompt says the rest.")
    return word


def _tuning(draft: _Draft) -> dict[str, Any]:
    """What the candidate can be told of how to make it; the prompt says what is not wanted where it has no field."""
    asked, tuning = draft.asked, draft.candidate.tuning
    able = {"guidance": tuning.guidance is not None, "steps": tuning.steps is not None, "seed": tuning.seed}
    told = {name: getattr(asked, name) for name in able}
    for name, value in told.items():
        if value is not None and not able[name]:
            draft.note(name, value, "none", f"{draft.candidate.model} takes no {name}.")
            told[name] = None
    told["negative_prompt"] = asked.negative_prompt
    if asked.negative_prompt is not None and tuning.negative_prompt is None:
        draft.words.append(negative_words(asked.negative_prompt))
        reason = f"{draft.candidate.model} has no field for it: the prompt says it."
        draft.note("negativePrompt", asked.negative_prompt, "prompt", reason)
        told["negative_prompt"] = None
    return told


def _background(draft: _Draft) -> str | None:
    asked = draft.asked.background
    if asked is None or asked in draft.candidate.backgrounds:
        return asked
    if asked == "transparent":
        draft.note("background", asked, "opaque", f"{draft.candidate.model} makes no transparent pictures.")
    return None


def _output_format(candidate: Candidate, asked: ImageParameters) -> str | None:
    """The requested format if the vendor makes it, else a lossless one."""
    if asked.output_format is None or asked.output_format in candidate.formats:
        return asked.output_format
    return "png" if "png" in candidate.formats else None
