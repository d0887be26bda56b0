"""OpenAI's image models of November 2026 and what each of them takes, and DALL-E for servers that still have it.

From the vendor's SDK (PyPI `openai` 3.52.0) and documents; the bounds of free sizes are as others have measured them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

_GPT_IMAGE_FIELDS: Final = frozenset(
    {"model", "prompt", "n", "size", "quality", "background", "output_format", "output_compression", "moderation"}
    | {"stream", "partial_images", "user", "safety_identifier"}
)
_DALL_E_FIELDS: Final = frozenset({"model", "prompt", "n", "size", "quality", "response_format", "user"})

_THREE_SIZES: Final = ("1024x1024", "1536x1024", "1024x1536")
_GOOD: Final = ("low", "medium", "high", "auto")
_BETTER: Final = ("low", "medium", "high", "xhigh", "max", "auto")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What a model takes. Without `sizes` it takes any within the bounds.

    `tokens` are what a square of a megapixel costs by quality, `oblong` what the two 3:2 sizes do; None: not metered.
    """

    id: str
    created: int
    shutdown_date: str | None = None
    fields: frozenset[str] = _GPT_IMAGE_FIELDS
    sizes: tuple[str, ...] | None = None
    qualities: tuple[str, ...] = _BETTER
    styles: tuple[str, ...] = ()
    fidelities: tuple[str, ...] = ()
    max_prompt: int = 32_000
    max_pictures: int = 10
    max_references: int = 16
    tokens: Mapping[str, int] | None = None
    oblong: Mapping[str, int] | None = None

    @property
    def is_dall_e(self) -> bool:
        return self.tokens is None


_OLD: Final = Model(
    id="gpt-image-1.5",
    created=1764030620,
    shutdown_date="2026-12-01",
    sizes=_THREE_SIZES,
    qualities=_GOOD,
    fidelities=("low", "high"),
    tokens={"low": 272, "medium": 1056, "high": 4160},
    oblong={"low": 408, "medium": 1568, "high": 6240},
)
_NEW: Final = Model(
    id="gpt-image-2.5-flare",
    created=1788825600,
    # Times $30 a million this is the published price of a picture; what lies beyond `high` is our guess.
    tokens={"low": 200, "medium": 1767, "high": 7033, "xhigh": 10_550, "max": 14_066},
    oblong={"low": 167, "medium": 1367, "high": 5500, "xhigh": 8250, "max": 11_000},
)
_NEWEST: Final = Model(
    id="gpt-image-2.6-flare",
    created=1793750400,
    fields=_GPT_IMAGE_FIELDS | {"complexity"},
    # Three to four times the tokens of 2.5 at low and medium.
    tokens={"low": 700, "medium": 5654, "high": 7033, "xhigh": 10_550, "max": 14_066},
    oblong={"low": 585, "medium": 4374, "high": 5500, "xhigh": 8250, "max": 11_000},
)

LIVING: Final = (
    replace(_OLD, id="gpt-image-1-mini", created=1758845821, fidelities=("low",)),
    _OLD,
    replace(_OLD, id="chatgpt-image-latest", created=1765925279),
    replace(_NEW, id="gpt-image-2", created=1776729600, qualities=_GOOD),
    replace(_NEW, id="gpt-image-2-2026-04-21", created=1776729600, qualities=_GOOD),
    _NEW,
    replace(_NEW, id="gpt-image-2.5-flare-2026-09-08"),
    replace(_NEW, id="gpt-image-2.5-sunburst"),
    replace(_NEW, id="gpt-image-2.5-sunburst-2026-09-08"),
    _NEWEST,
    replace(_NEWEST, id="gpt-image-2.6-sunburst"),
)
"""What the vendor serves. dall-e-2, dall-e-3 and gpt-image-1 are gone, and so are not here."""

DALL_E: Final = (
    Model(
        id="dall-e-2",
        created=1698798177,
        fields=_DALL_E_FIELDS,
        sizes=("256x256", "512x512", "1024x1024"),
        qualities=("standard",),
        max_prompt=1_000,
        max_references=1,
    ),
    Model(
        id="dall-e-3",
        created=1698785189,
        fields=_DALL_E_FIELDS | {"style"},
        sizes=("1024x1024", "1792x1024", "1024x1792"),
        qualities=("standard", "hd"),
        styles=("vivid", "natural"),
        max_prompt=4_000,
        max_pictures=1,
        max_references=0,
    ),
)
"""What compatible servers may still have. Unlike the vendor's living models it is not metered in tokens."""

OTHERS: Final = ("text-embedding-3-large", "omni-moderation-latest")
"""Models that the list has and that make no pictures."""


def output_tokens(model: Model, quality: str, width: int, height: int) -> int:
    """Tokens that the vendor meters for one picture; other sizes than the published ones go by their pixels."""
    square, oblong = model.tokens or {}, model.oblong or {}
    if f"{width}x{height}" in _THREE_SIZES[1:]:
        return oblong[quality]
    return max(1, round(square[quality] * width * height / 1024**2))


def input_tokens(width: int, height: int, fidelity: str) -> int:
    """Tokens of one reference picture: a base, and more for each tile of it when its shorter side is scaled to one."""
    shorter = min(width, height)
    tiles = -(-width // shorter) * -(-height // shorter)
    if fidelity != "high":
        return 65 + 129 * tiles
    return 65 + 129 * tiles + (4160 if width == height else 6240)
