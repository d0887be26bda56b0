"""Draws landscapes that depend on a seed, in exactly the size asked for: what a simulated model "generates".

A small picture is drawn and scaled up, so that 4096x4096 pixels take half a second instead of ten.
"""

from __future__ import annotations

import colorsys
import hashlib
import io
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw, ImageFont, ImageOps

MAX_SIDE: Final = 8192
_CANVAS_SIDE: Final = 768
_THUMBNAIL_SIDE: Final = 256
_REFERENCE_SHARE: Final = 0.5
_HILLS: Final = 5
_STEPS: Final = 96

_ENCODERS: Final = {
    "png": ("PNG", {"compress_level": 1}),
    "jpeg": ("JPEG", {"quality": 90}),
    "webp": ("WEBP", {"quality": 85, "method": 0}),
}
FORMATS: Final = tuple(_ENCODERS)

_Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that decides a picture. References are small RGB pictures, as `read_reference` makes them.

    A transparent one shows an oval of the landscape and nothing around it; JPEG cannot be that.
    """

    seed: bytes
    width: int
    height: int
    format: str = "png"
    caption: str = ""
    references: Sequence[Image.Image] = ()
    transparent: bool = False

    def render(self) -> bytes:
        """The encoded picture."""
        scale = min(1.0, _CANVAS_SIDE / max(self.width, self.height))
        canvas = _landscape(_Dice(self.seed), max(2, round(self.width * scale)), max(2, round(self.height * scale)))
        for reference in self.references:
            canvas = Image.blend(canvas, ImageOps.fit(reference, canvas.size), _REFERENCE_SHARE)
        picture = canvas.resize((self.width, self.height), Image.Resampling.BICUBIC)
        _write(picture, self.caption)
        if self.transparent:
            picture.putalpha(_oval(picture.size))
        return encode(picture, self.format)


def read_reference(data: bytes) -> Image.Image:
    """A reference picture, made small. Raises OSError when it is no picture."""
    with Image.open(io.BytesIO(data)) as opened:
        opened.draft("RGB", (_THUMBNAIL_SIDE, _THUMBNAIL_SIDE))
        reference = opened.convert("RGB")
    reference.thumbnail((_THUMBNAIL_SIDE, _THUMBNAIL_SIDE))
    return reference


def encode(picture: Image.Image, format: str) -> bytes:
    """The bytes of a picture in one of `FORMATS`."""
    name, options = _ENCODERS[format]
    buffer = io.BytesIO()
    picture.save(buffer, name, **options)
    return buffer.getvalue()


class _Dice:
    """Chance that the seed decides."""

    def __init__(self, seed: bytes) -> None:
        self._bytes = iter(hashlib.shake_256(seed).digest(512))

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * (next(self._bytes) * 256 + next(self._bytes)) / 65535


def _landscape(dice: _Dice, width: int, height: int) -> Image.Image:
    hue = dice.between(0, 1)
    horizon, zenith = _colour(hue + dice.between(0.05, 0.2), 0.35, 1.0), _colour(hue, 0.7, 0.75)
    sky = Image.new("RGB", (1, 2))
    sky.putpixel((0, 0), zenith)
    sky.putpixel((0, 1), horizon)
    canvas = sky.resize((width, height), Image.Resampling.BILINEAR)
    brush = ImageDraw.Draw(canvas, "RGBA")
    _draw_sun(brush, dice, width, height)
    for hill in range(_HILLS):
        depth = hill / (_HILLS - 1)
        colour = _colour(hue + 0.45 + dice.between(-0.05, 0.05), 0.3 + 0.4 * depth, 0.8 - 0.6 * depth)
        brush.polygon(_ridge(dice, width, height, base=0.45 + 0.45 * depth), fill=(*colour, 235))
    return canvas


def _draw_sun(brush: ImageDraw.ImageDraw, dice: _Dice, width: int, height: int) -> None:
    x, y = dice.between(0.15, 0.85) * width, dice.between(0.12, 0.5) * height
    radius = dice.between(0.05, 0.13) * max(width, height)
    for ring, alpha in ((2.2, 40), (1.5, 70), (1.0, 240)):
        reach = radius * ring
        brush.ellipse((x - reach, y - reach, x + reach, y + reach), fill=(255, 244, 214, alpha))


def _ridge(dice: _Dice, width: int, height: int, *, base: float) -> list[tuple[float, float]]:
    """The outline of a row of hills whose middle height is `base` of the picture."""
    waves = [(dice.between(0.5, 5.0), dice.between(0, math.tau), dice.between(0.01, 0.06)) for _ in range(3)]
    points = [(0.0, float(height))]
    for step in range(_STEPS + 1):
        across = step / _STEPS
        rise = sum(size * math.sin(pitch * math.tau * across + phase) for pitch, phase, size in waves)
        points.append((across * width, (base + rise) * height))
    return [*points, (float(width), float(height))]


def _oval(size: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).ellipse((0, 0, size[0] - 1, size[1] - 1), fill=255)
    return mask


def _write(picture: Image.Image, caption: str) -> None:
    # Pillow's own font has the letters of ASCII; others would show as empty boxes.
    text = " ".join(unicodedata.normalize("NFKD", caption).encode("ascii", "ignore").decode().split())
    if not text:
        return
    size = max(10, picture.width // 48)
    columns = max(8, int(picture.width / (size * 0.6)))
    shown = text if len(text) <= columns else text[: columns - 3] + "..."
    brush = ImageDraw.Draw(picture, "RGBA")
    brush.text((size, picture.height - 2 * size), shown, font=ImageFont.load_default(size), fill=(255, 255, 255, 220))


def _colour(hue: float, saturation: float, value: float) -> _Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, saturation, max(0.0, value))
    return round(red * 255), round(green * 255), round(blue * 255)
