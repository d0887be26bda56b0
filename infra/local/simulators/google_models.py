"""The models of Google in November 2026, and those that only a compatible server still has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from infra.local.simulators.ratios import FLASH, FOURTEEN, PRO, Sizes

IMAGEN: Final = "imagen-"
_IMAGEN_SIZES: Final[Sizes] = {
    "1:1": (1024, 1024),
    "3:4": (896, 1280),
    "4:3": (1280, 896),
    "9:16": (768, 1408),
    "16:9": (1408, 768),
}
"""What Imagen 4 makes of each ratio at 1K; 2K doubles it."""
_SCALES: Final = {"512": 0.5, "1K": 1, "2K": 2, "4K": 4}


@dataclass(frozen=True, slots=True)
class Model:
    """What a model takes. `tokens` is what one picture costs at each `imageSize`; a single one cannot be chosen."""

    id: str
    title: str
    sizes: Sizes
    tokens: Mapping[str, int]
    max_references: int = 3
    reference_tokens: int = 258
    format: str = "png"
    thinks: bool = False

    @property
    def is_imagen(self) -> bool:
        """Whether it is called by `predict` instead of `generateContent`."""
        return self.id.startswith(IMAGEN)

    @property
    def image_sizes(self) -> tuple[str, ...]:
        """The values of `imageSize` that it knows; none when it refuses the field."""
        return tuple(self.tokens) if len(self.tokens) > 1 else ()

    def pixels(self, ratio: str, image_size: str) -> tuple[int, int]:
        """The size of its picture."""
        width, height = self.sizes[ratio]
        return round(width * _SCALES[image_size]), round(height * _SCALES[image_size])


LIVING: Final = (
    Model(
        "gemini-3-pro-image",
        "Nano Banana Pro",
        PRO,
        {"1K": 1120, "2K": 1120, "4K": 2000},
        max_references=14,
        reference_tokens=560,
        format="jpeg",
        thinks=True,
    ),
    Model(
        "gemini-nano-banana-2.1",
        "Nano Banana 2.1",
        FOURTEEN,
        {"1K": 1120, "2K": 1680, "4K": 2520},
        max_references=14,
        thinks=True,
    ),
    Model("gemini-3.1-flash-lite-image", "Nano Banana 2 Lite", FOURTEEN, {"1K": 1120}),
)

RETIRED: Final = (
    Model("gemini-2.5-flash-image", "Nano Banana", FLASH, {"1K": 1290}),
    Model(
        "gemini-3.1-flash-image",
        "Nano Banana 2",
        FOURTEEN,
        {"512": 747, "1K": 1120, "2K": 1680, "4K": 2520},
        max_references=14,
        thinks=True,
    ),
    Model("imagen-4.0-generate-001", "Imagen 4", _IMAGEN_SIZES, {"1K": 0, "2K": 0}),
    Model("imagen-4.0-ultra-generate-001", "Imagen 4 Ultra", _IMAGEN_SIZES, {"1K": 0, "2K": 0}),
    Model("imagen-4.0-fast-generate-001", "Imagen 4 Fast", _IMAGEN_SIZES, {"1K": 0}),
    Model("imagen-3.0-generate-002", "Imagen 3", _IMAGEN_SIZES, {"1K": 0}),
)
"""Not found at the vendor any more."""

OTHERS: Final = ("gemini-3-pro", "gemini-3.1-flash", "gemini-embedding-001")
"""Models of the list that make no pictures."""
