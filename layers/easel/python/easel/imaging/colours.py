"""The main colours of a picture of ours, by Pillow's median cut on its thumbnail."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

from PIL import Image

from easel.domain.picture_analysis import Colour
from easel.errors import ImageRejected

_COLOURS: Final = 6
_SIDE: Final = 128
"""Enough for shares in percent."""
_SAME: Final = 16
"""Difference in each channel up to which two colours look the same."""
_VISIBLE: Final = 128
"""Opacity from which a pixel counts."""


def main_colours(data: bytes) -> tuple[Colour, ...]:
    """At most six colours, the most frequent first. What is transparent does not count.

    For pictures that we have made: there are no limits on time and memory.

    Raises:
        ImageRejected: not a picture.
    """
    try:
        with Image.open(io.BytesIO(data)) as opened:
            opened.thumbnail((_SIDE, _SIDE))
            picture = opened.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ImageRejected("The picture cannot be read.") from error
    pixels = picture.tobytes()
    visible = [tuple(pixels[at : at + 3]) for at in range(0, len(pixels), 4) if pixels[at + 3] >= _VISIBLE]
    if not visible:
        return ()
    row = Image.new("RGB", (len(visible), 1))
    row.putdata(visible)
    palette = row.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT)
    values = palette.getpalette() or []
    counted = sorted(palette.getcolors() or [], reverse=True)
    found = [(tuple(values[index * 3 : index * 3 + 3]), count) for count, index in counted if isinstance(index, int)]
    return tuple(
        Colour("#{:02x}{:02x}{:02x}".format(*colour), round(100 * count / len(visible)))
        for colour, count in sorted(_merged(found).items(), key=lambda entry: -entry[1])
    )


def _merged(found: Sequence[tuple[tuple[int, ...], int]]) -> dict[tuple[int, ...], int]:
    """Without what compression makes of one colour: each is counted with a more frequent one that looks the same."""
    merged: dict[tuple[int, ...], int] = {}
    for colour, count in found:
        same = next((known for known in merged if _distance(known, colour) <= _SAME), colour)
        merged[same] = merged.get(same, 0) + count
    return merged


def _distance(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return max(abs(left - right) for left, right in zip(one, other, strict=True))
