"""Draw a watermark into the lower right corner of a picture: white letters with a dark outline."""

from __future__ import annotations

import io
import math
from functools import cache
from importlib import resources
from typing import Final

from PIL import Image, ImageDraw, ImageFont

_FONT: Final = "fonts/DejaVuSans-Bold-watermark.ttf"
_FILL: Final = (255, 255, 255, 235)
_OUTLINE: Final = (0, 0, 0, 190)

_SHARE: Final = 0.032
"""Font size, as a share of the square root of the picture's area."""
_MARGIN_SHARE: Final = 0.022
_SMALLEST: Final = 9
"""Minimum readable font size in pixels."""
_ONE_LINE_SHARE: Final = 0.6
"""Minimum share of the font size to keep the text on one line, before it is wrapped."""
_TALLEST: Final = 0.34
"""Maximum share of the height for wrapped text, before the font size is reduced."""
_OUTLINE_SHARE: Final = 0.09
_LINE_HEIGHT: Final = 1.25


def draw_watermark(picture: Image.Image, text: str) -> None:
    """Draw `text` into an RGB or RGBA picture, in place."""
    side = math.sqrt(picture.width * picture.height)
    margin = max(1, round(min(picture.size) * _MARGIN_SHARE))
    width, height = max(1, picture.width - 2 * margin), max(1, picture.height - 2 * margin)
    mark = _mark(text, round(side * _SHARE), width, height)
    left, top = picture.width - margin - mark.width, picture.height - margin - mark.height
    box = (left, top, left + mark.width, top + mark.height)
    corner = picture.crop(box).convert("RGBA")
    corner.alpha_composite(mark)
    picture.paste(corner.convert(picture.mode), box)


def _mark(text: str, standard: int, width: int, height: int) -> Image.Image:
    """The text on a transparent background, no larger than the available space."""
    size, lines = _layout(text, max(standard, _SMALLEST), width, height)
    font, outline = _font(size), _outline_width(size)
    step = round(size * _LINE_HEIGHT)
    across = max(round(font.getlength(line)) for line in lines) + 2 * outline + 1
    mark = Image.new("RGBA", (across, step * len(lines) + 2 * outline), (0, 0, 0, 0))
    drawing = ImageDraw.Draw(mark)
    for number, line in enumerate(lines):
        place = (across - outline, outline + step * number)
        drawing.text(place, line, font=font, anchor="ra", fill=_FILL, stroke_width=outline, stroke_fill=_OUTLINE)
    # In a very small picture the text may be unreadable, but it is always drawn.
    if mark.width > width or mark.height > height:
        mark.thumbnail((width, height), Image.Resampling.LANCZOS)
    return mark


def _layout(text: str, standard: int, width: int, height: int) -> tuple[int, list[str]]:
    """Font size and lines: one line if possible, else wrapped, else smaller."""
    smallest_line = max(_SMALLEST, round(standard * _ONE_LINE_SHARE))
    for size in range(standard, smallest_line - 1, -1):
        if _width(text, size) <= width:
            return size, [text]
    for size in range(smallest_line, _SMALLEST, -1):
        lines = _wrapped(text, size, width)
        if round(size * _LINE_HEIGHT) * len(lines) <= height * _TALLEST:
            return size, lines
    return _SMALLEST, _wrapped(text, _SMALLEST, width)


def _wrapped(text: str, size: int, width: int) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if _width(longer, size) <= width:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        # Break a word that is longer than a line.
        for letter in word:
            if lines[-1] and _width(lines[-1] + letter, size) > width:
                lines.append("")
            lines[-1] += letter
    return lines


def _width(text: str, size: int) -> float:
    return _font(size).getlength(text) + 2 * _outline_width(size) + 1


def _outline_width(size: int) -> int:
    return max(1, round(size * _OUTLINE_SHARE))


@cache
def _font_file() -> bytes:
    return resources.files(__package__).joinpath(_FONT).read_bytes()


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    # The basic layout engine gives the same result everywhere; Raqm is not available in Lambda.
    return ImageFont.truetype(io.BytesIO(_font_file()), size, layout_engine=ImageFont.Layout.BASIC)
