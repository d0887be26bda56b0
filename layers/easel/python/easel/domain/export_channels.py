"""Where pictures are sold, and what each place asks of them: data, so that a new place or limit is one line.

Sources: Google Merchant Center's product data specification for images, Shopify's and VTEX's help pages. Amazon's rules
are as its sellers quote them; its own English page was not at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

EXPORT_RULES_VERSION: Final = 1
"""Part of an export's key: raise it with any change of the rules or of how exports are made."""
_MB: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class ExportChannel:
    """One place. The picture is fitted into `side` pixels, never enlarged; `square` pads it with white.

    A limit of None is one that the place does not have. `fill_ratio` is the share of the longer side that the product
    has to take; `white_border` wants a border of pure white.
    """

    name: str
    side: int
    square: bool = False
    smallest_side: int = 1
    recommended_side: int | None = None
    max_bytes: int | None = None
    max_pixels: int | None = None
    no_watermark: bool = False
    white_border: bool = False
    fill_ratio: float | None = None


EXPORT_CHANNELS: Final[Mapping[str, ExportChannel]] = MappingProxyType(
    {
        channel.name: channel
        for channel in (
            # From 2027-01-31 on 500 pixels are the minimum for all products.
            ExportChannel(
                "google",
                side=4096,
                smallest_side=500,
                recommended_side=1500,
                max_bytes=16 * _MB,
                max_pixels=64 * _MB,
                no_watermark=True,
            ),
            ExportChannel(
                "amazon",
                side=2000,
                square=True,
                smallest_side=1000,
                recommended_side=2000,
                max_bytes=10 * _MB,
                no_watermark=True,
                white_border=True,
                fill_ratio=0.85,
            ),
            ExportChannel(
                "shopify", side=2048, square=True, recommended_side=2048, max_bytes=20 * _MB, max_pixels=25 * _MB
            ),
            ExportChannel("vtex", side=2500, recommended_side=1000, max_bytes=4 * _MB),
        )
    }
)


@dataclass(frozen=True, slots=True)
class ExportFacts:
    """What was measured: the file, and the master's border and product.

    `border_white` is the share of pure white pixels in the master's border, `fill_ratio` the share of its longer side
    that is not white.
    """

    width: int
    height: int
    byte_count: int
    border_white: float
    fill_ratio: float


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule of a place, and whether the picture meets it. A recommendation may be missed."""

    rule: str
    required: float | bool
    actual: float | bool
    met: bool
    is_required: bool = True


def check_rules(channel: ExportChannel, facts: ExportFacts, watermark: str | None) -> tuple[RuleResult, ...]:
    """What the place asks for, and what the picture has: measured, not promised."""
    side = min(facts.width, facts.height)
    results = [RuleResult("smallestSide", channel.smallest_side, side, side >= channel.smallest_side)]
    if channel.recommended_side is not None:
        met = side >= channel.recommended_side
        results.append(RuleResult("recommendedSide", channel.recommended_side, side, met, is_required=False))
    if channel.max_bytes is not None:
        results.append(
            RuleResult("maxBytes", channel.max_bytes, facts.byte_count, facts.byte_count <= channel.max_bytes)
        )
    if channel.max_pixels is not None:
        pixels = facts.width * facts.height
        results.append(RuleResult("maxPixels", channel.max_pixels, pixels, pixels <= channel.max_pixels))
    if channel.no_watermark:
        results.append(RuleResult("noWatermark", required=True, actual=watermark is None, met=watermark is None))
    if channel.white_border:
        results.append(RuleResult("borderWhite", 1.0, facts.border_white, facts.border_white >= 1.0))
    if channel.fill_ratio is not None:
        met = facts.fill_ratio >= channel.fill_ratio
        results.append(RuleResult("fillRatio", channel.fill_ratio, facts.fill_ratio, met))
    # Every export is marked, or it is not made.
    results.append(RuleResult("aiMetadata", required=True, actual=True, met=True))
    return tuple(results)
