"""What the models behind the vendors make of a ratio and a resolution, in pixels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Final

Sizes = Mapping[str, tuple[int, int]]

FLASH: Final[Sizes] = {
    "1:1": (1024, 1024),
    "2:3": (832, 1248),
    "3:2": (1248, 832),
    "3:4": (864, 1184),
    "4:3": (1184, 864),
    "4:5": (896, 1152),
    "5:4": (1152, 896),
    "9:16": (768, 1344),
    "16:9": (1344, 768),
    "21:9": (1536, 672),
}
"""gemini-2.5-flash-image."""
PRO: Final[Sizes] = {
    "1:1": (1024, 1024),
    "2:3": (848, 1264),
    "3:2": (1264, 848),
    "3:4": (896, 1200),
    "4:3": (1200, 896),
    "4:5": (928, 1152),
    "5:4": (1152, 928),
    "9:16": (768, 1376),
    "16:9": (1376, 768),
    "21:9": (1584, 672),
}
"""gemini-3-pro-image at 1k; 2k doubles it, 4k doubles it again."""
FOURTEEN: Final[Sizes] = {**PRO, "1:4": (512, 2048), "4:1": (2048, 512), "1:8": (384, 3072), "8:1": (3072, 384)}
"""The successors of gemini-3-pro-image at 1k, doubled alike."""
SCALES: Final = {"1k": 1, "2k": 2, "4k": 4}

GPT_RATIOS: Final = (
    *("1:1", "1:2", "2:1", "1:3", "3:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4"),
    *("9:16", "16:9", "9:21", "21:9"),
)
_GPT_SIDE: Final = 1024
_GPT_SCALES: Final = {"1k": 1.0, "2k": 2.0, "4k": 2.8125}
_GPT_STEP: Final = 16


def scaled(sizes: Sizes, ratio: str, resolution: str) -> tuple[int, int]:
    """The size of a Gemini model's picture."""
    width, height = sizes[ratio]
    scale = SCALES[resolution.lower()]
    return width * scale, height * scale


def gpt_size(ratio: str, resolution: str) -> tuple[int, int]:
    """About the size of a gpt-image picture: its resellers name the ratio and not the pixels, which go in sixteens."""
    root, scale = math.sqrt(_value(ratio)), _GPT_SCALES[resolution]
    small = (_in_steps(length) for length in (_GPT_SIDE * root, _GPT_SIDE / root))
    width, height = (_in_steps(length * scale) for length in small)
    return width, height


def _in_steps(length: float) -> int:
    return max(1, round(length / _GPT_STEP)) * _GPT_STEP


def nearest(ratios: Iterable[str], wanted: float) -> str:
    """The ratio that is most like a picture's own."""
    return min(ratios, key=lambda ratio: abs(math.log(_value(ratio) / wanted)))


def _value(ratio: str) -> float:
    width, _, height = ratio.partition(":")
    return int(width) / int(height)
