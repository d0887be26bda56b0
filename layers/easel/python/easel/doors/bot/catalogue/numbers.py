"""The integer ids that the bot's client expects of models.

A number never changes and is never given twice: bots store them. A new model gets the next one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MODEL_NUMBERS: Final[Mapping[str, int]] = {
    "seedream-v4": 1,
    "nano-banana": 2,
    "nano-banana-pro": 3,
    "nano-banana-2.1": 4,
    "nano-banana-2": 5,
    "gemini-3.1-flash-lite-image": 6,
    "gpt-image-2.6-flare": 7,
    "gpt-image-2.6-sunburst": 8,
    "gpt-image-2.5-flare": 9,
    "gpt-image-2.5-sunburst": 10,
    "gpt-image-2": 11,
    "gpt-image-1.5": 12,
    "chatgpt-image-latest": 13,
    "gpt-image-1-mini": 14,
    "sandbox": 15,
    "dall-e-3": 16,
    "dall-e-2": 17,
    "gpt-image-1": 18,
    "imagen": 19,
    "imagen-4.0-ultra-generate-001": 20,
    "imagen-3": 21,
    "gemini-pro-vision": 22,
    "gemini-2.5-flash-image": 23,
    "gemini-3.1-flash-image": 24,
    "gemini-3-pro-image-preview": 25,
    "sd3-medium": 26,
}

_LONGEST_NUMBER: Final = 9
_BY_NUMBER: Final[Mapping[int, str]] = {number: model for model, number in MODEL_NUMBERS.items()}


def model_named(named: int | str) -> str:
    """The name of a model that a request names by its number or by its key.

    An unknown number stays a number, which no model has for a name.
    """
    if isinstance(named, str) and not (named.isascii() and named.isdecimal() and len(named) <= _LONGEST_NUMBER):
        return named
    return _BY_NUMBER.get(int(named), str(named))
