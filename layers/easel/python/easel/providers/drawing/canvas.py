"""A canvas in units of its shorter side, the palette of a scene, and chance that a seed decides."""

from __future__ import annotations

import colorsys
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import cycle
from typing import Final

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Point = tuple[float, float]

WHITE: Final = (255, 255, 255)


class Chance:
    """Numbers that depend on nothing but the seed; they repeat after two thousand."""

    def __init__(self, seed: bytes) -> None:
        self._bytes = cycle(hashlib.shake_256(seed).digest(4096))

    def between(self, low: float, high: float) -> float:
        """A number in this range."""
        return low + (high - low) * (next(self._bytes) * 256 + next(self._bytes)) / 65535


def colour(hue: float, saturation: float, value: float) -> Colour:
    """A colour of the HSV model; `hue` may be outside 0 to 1."""
    red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, saturation, min(1.0, max(0.0, value)))
    return round(red * 255), round(green * 255), round(blue * 255)


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """`one` with this share of `other`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a scene."""

    main: Colour
    accent: Colour
    sky: Colour
    ground: Colour

    @property
    def light(self) -> Colour:
        return mixed(self.main, WHITE, 0.28)

    @property
    def shade(self) -> Colour:
        return mixed(self.main, (20, 18, 40), 0.28)

    @property
    def dark(self) -> Colour:
        return mixed(self.main, (20, 18, 40), 0.62)


class Canvas:
    """Draws in a box whose centre is (0, 0), whose shorter side is 1 and whose y grows downwards.

    `placed` moves and scales what is drawn from then on, for a motif that stands somewhere in the scene.
    """

    def __init__(self, image: Image.Image) -> None:
        self.image = image
        self.brush = ImageDraw.Draw(image, "RGBA")
        self._unit = float(min(image.size))
        self._middle = (image.width / 2, image.height / 2)
        self.wide, self.high = image.width / self._unit / 2, image.height / self._unit / 2
        self._at, self._scale, self._mirror = (0.0, 0.0), 1.0, 1

    def placed(self, at: Point = (0.0, 0.0), scale: float = 1.0, *, mirrored: bool = False) -> Canvas:
        """The same picture with another origin and scale."""
        other = Canvas(self.image)
        other._at, other._scale, other._mirror = at, scale, -1 if mirrored else 1
        return other

    def polygon(self, points: Iterable[Point], fill: Colour, alpha: int = 255) -> None:
        self.brush.polygon([self._pixel(point) for point in points], fill=(*fill, alpha))

    def ellipse(self, at: Point, across: float, down: float, fill: Colour, alpha: int = 255) -> None:
        """An ellipse around `at`; `across` and `down` are its half axes."""
        (x, y), a, b = self._pixel(at), across * self._scale * self._unit, down * self._scale * self._unit
        self.brush.ellipse((x - a, y - b, x + a, y + b), fill=(*fill, alpha))

    def ring(self, at: Point, across: float, down: float, width: float, fill: Colour) -> None:
        """The outline of an ellipse."""
        (x, y), a, b = self._pixel(at), across * self._scale * self._unit, down * self._scale * self._unit
        self.brush.ellipse((x - a, y - b, x + a, y + b), outline=(*fill, 255), width=self._width(width))

    def line(self, points: Iterable[Point], width: float, fill: Colour) -> None:
        self.brush.line([self._pixel(point) for point in points], (*fill, 255), self._width(width), joint="curve")

    def box(self, left: float, top: float, right: float, bottom: float, fill: Colour, alpha: int = 255) -> None:
        self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], fill, alpha)

    def _width(self, width: float) -> int:
        return max(1, round(width * self._scale * self._unit))

    def _pixel(self, point: Point) -> Point:
        x, y = point[0] * self._mirror * self._scale + self._at[0], point[1] * self._scale + self._at[1]
        return self._middle[0] + x * self._unit, self._middle[1] + y * self._unit
