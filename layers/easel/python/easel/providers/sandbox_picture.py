"""Draws the sandbox's pictures: a gradient, soft shapes and the prompt itself, all chosen by the prompt's hash."""

from __future__ import annotations

import colorsys
import hashlib
import io
import textwrap
import unicodedata
from typing import Final

from PIL import Image, ImageDraw, ImageFont, ImageOps

from easel.domain.request import Size

_CANVAS_SIDE: Final = 1024
"""Shapes are drawn no larger than this and scaled up: soft edges for free, and large pictures cost little more."""
_MAX_REFERENCE_PIXELS: Final = 50_000_000
_REFERENCE_SHARE: Final = 0.6
_LINES: Final = 3
_ENCODERS: Final = {
    "png": ("PNG", {"compress_level": 1}),
    "jpeg": ("JPEG", {"quality": 90}),
    "webp": ("WEBP", {"quality": 85, "method": 0}),
}

_Colour = tuple[int, int, int]


class UnreadableReferenceError(Exception):
    """The reference picture cannot be decoded, or is too large to."""


class _Choices:
    """A row of some five hundred numbers that depend on nothing but the seed; a picture takes about a hundred."""

    def __init__(self, seed: bytes) -> None:
        self._bytes = iter(hashlib.shake_256(seed).digest(1024))

    def fraction(self) -> float:
        """From 0 to below 1."""
        return (next(self._bytes) * 256 + next(self._bytes)) / 65536

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.fraction()


def draw(prompt: str, size: Size, output_format: str, reference: bytes | None, mask: bytes | None = None) -> bytes:
    """The encoded picture of exactly this size. With a mask the reference is kept where the mask is opaque.

    Raises:
        UnreadableReferenceError: the reference picture cannot be used.
    """
    choices = _Choices(hashlib.sha256(prompt.encode("utf-8", "replace")).digest())
    palette = _palette(choices)
    scale = min(1.0, _CANVAS_SIDE / max(size.width, size.height))
    canvas = _gradient(palette, max(1, round(size.width * scale)), max(1, round(size.height * scale)))
    _add_shapes(canvas, palette, choices)
    picture = canvas.resize((size.width, size.height), Image.Resampling.BICUBIC)
    if reference is not None:
        fitted = _fitted(reference, picture.size)
        picture = Image.blend(picture, fitted, _REFERENCE_SHARE)
        _add_caption(picture, prompt)
        if mask is not None:
            picture.paste(fitted, mask=_opaque(mask, picture.size))
    else:
        _add_caption(picture, prompt)
    return _encode(picture, output_format)


def _palette(choices: _Choices) -> list[_Colour]:
    """Five neighbours on the colour wheel and one from across it."""
    hue = choices.fraction()
    steps = [hue + step * choices.between(0.03, 0.09) for step in range(5)] + [hue + 0.5]
    return [_colour(step, choices.between(0.45, 0.8), choices.between(0.55, 0.98)) for step in steps]


def _colour(hue: float, saturation: float, value: float) -> _Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def _gradient(palette: list[_Colour], width: int, height: int) -> Image.Image:
    corners = Image.new("RGB", (2, 2))
    corners.putdata(palette[:4])
    return corners.resize((width, height), Image.Resampling.BICUBIC)


def _add_shapes(canvas: Image.Image, palette: list[_Colour], choices: _Choices) -> None:
    brush = ImageDraw.Draw(canvas, "RGBA")
    longest = max(canvas.size)
    for number in range(round(choices.between(9, 16))):
        x, y = choices.fraction() * canvas.width, choices.fraction() * canvas.height
        radius = longest * choices.between(0.04, 0.28)
        fill = (*palette[number % len(palette)], round(choices.between(40, 130)))
        if choices.fraction() < 0.6:  # noqa: PLR2004 - a matter of taste
            brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)
        else:
            sides = round(choices.between(3, 7))
            brush.regular_polygon((x, y, radius), sides, rotation=round(choices.between(0, 360)), fill=fill)


def _opaque(mask: bytes, size: tuple[int, int]) -> Image.Image:
    """The opacity of a mask: 255 where the picture is kept."""
    return _fitted(mask, size, "RGBA").getchannel("A")


def _fitted(reference: bytes, size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    try:
        with Image.open(io.BytesIO(reference)) as opened:
            # Checked on the header, before any pixel is decoded.
            if opened.width * opened.height > _MAX_REFERENCE_PIXELS:
                raise UnreadableReferenceError
            return ImageOps.fit(ImageOps.exif_transpose(opened).convert(mode), size)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnreadableReferenceError from error


def _add_caption(picture: Image.Image, prompt: str) -> None:
    text_size = max(10, picture.width // 32)
    margin = text_size // 2 + 2
    font = ImageFont.load_default(text_size)
    columns = max(4, int((picture.width - 2 * margin) / (text_size * 0.52)))
    lines = textwrap.wrap(_writable(prompt), columns, max_lines=_LINES, placeholder=" ...")
    if not lines:
        return
    line_height = round(text_size * 1.35)
    top = picture.height - line_height * len(lines) - 2 * margin
    brush = ImageDraw.Draw(picture, "RGBA")
    brush.rectangle((0, top, picture.width, picture.height), fill=(0, 0, 0, 110))
    brush.multiline_text((margin, top + margin), "\n".join(lines), font=font, fill=(255, 255, 255, 235))


def _writable(text: str) -> str:
    """The letters that Pillow's own font has, which are those of ASCII; others would show as empty boxes."""
    return " ".join(unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().split())


def _encode(picture: Image.Image, output_format: str) -> bytes:
    name, options = _ENCODERS[output_format]
    buffer = io.BytesIO()
    picture.save(buffer, name, **options)
    return buffer.getvalue()
