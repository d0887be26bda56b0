"""Google's models that see pictures and answer in words, as far as a description of one picture needs them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from infra.local.simulators.google_orders import RefusedError, Source, read_words_order

SEEING: Final = ("gemini-flash-latest", "gemini-3-pro", "gemini-3.1-flash")
_NAMES: Final[Mapping[str, tuple[int, int, int]]] = {
    "black": (0, 0, 0),
    "white": (255, 255, 255),
    "grey": (128, 128, 128),
    "red": (220, 30, 30),
    "green": (40, 160, 60),
    "blue": (40, 70, 200),
    "yellow": (240, 220, 40),
    "orange": (240, 140, 30),
    "purple": (140, 50, 160),
}


def words(form: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of `generateContent`: JSON where that is asked for, by what is in the first picture."""
    _, sources, as_json = read_words_order(form)
    if not sources:
        raise RefusedError("Unable to process input image. Please retry or report it.")
    colour = _main_colour(sources[0])
    alt = f"A drawing that is mostly {colour}."
    said = json.dumps({"alt": alt, "tags": [colour, "drawing"]}) if as_json else alt
    parts = [{"text": said}]
    return {
        "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {"promptTokenCount": 300, "candidatesTokenCount": 20, "totalTokenCount": 320},
    }


def _main_colour(source: Source) -> str:
    mean = source.small.convert("RGB").resize((1, 1)).tobytes()
    return min(_NAMES, key=lambda name: sum((one - other) ** 2 for one, other in zip(mean, _NAMES[name], strict=True)))
