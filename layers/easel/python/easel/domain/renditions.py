"""Files that are made of a picture for pages: widths for `srcset`, and crops for link previews.

The set is closed, so that a person who knows an address can have only these few files made of it, each of them once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

RENDITIONS_VERSION: Final = 1
"""Part of a rendition's key and tag: raise it with any change of how they are made."""
WIDTHS: Final = (480, 768, 1200, 1600)
_PREVIEW_BYTES: Final = 1_000_000
"""Facebook and LinkedIn take more; messengers show none above this."""


@dataclass(frozen=True, slots=True)
class Rendition:
    """One such file. Without a `height` the picture is scaled down to the width; with one it is cropped to both."""

    name: str
    media_type: str
    width: int
    height: int | None = None
    max_bytes: int | None = None

    @property
    def key_name(self) -> str:
        """Its name in the bucket."""
        stem, _, ending = self.name.rpartition(".")
        return f"{stem}-{RENDITIONS_VERSION}.{ending}"


OG: Final = Rendition("og.jpg", "image/jpeg", 1200, 630, max_bytes=_PREVIEW_BYTES)
"""What `og:image` and `twitter:image` show: 1.91:1, and never webp, which some crawlers do not read."""
SQUARE: Final = Rendition("square.jpg", "image/jpeg", 1200, 1200, max_bytes=_PREVIEW_BYTES)
"""For the structured data of articles (schema.org), beside the picture's own ratio."""

RENDITIONS: Final[Mapping[str, Rendition]] = MappingProxyType(
    {
        rendition.name: rendition
        for rendition in (
            OG,
            SQUARE,
            *(Rendition(f"w{width}.webp", "image/webp", width) for width in WIDTHS),
            *(Rendition(f"w{width}.jpg", "image/jpeg", width) for width in WIDTHS),
        )
    }
)
"""By the last segment of their addresses."""


def widths_within(width: int) -> tuple[int, ...]:
    """The widths that a picture has without being enlarged; the smallest one for a still smaller picture."""
    return tuple(one for one in WIDTHS if one <= width) or WIDTHS[:1]
