"""Places: each fills the whole canvas."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from easel.providers.drawing.canvas import WHITE, Canvas, Chance, Colour, Palette, Point, mixed

Landscape = Callable[[Canvas, Palette, Chance], None]
_STEPS: Final = 96
_NIGHT: Final = (16, 20, 48)


def sun(canvas: Canvas, chance: Chance, fill: Colour = (255, 242, 208)) -> None:
    """A disc with a glow somewhere in the upper half."""
    at = (chance.between(-0.7, 0.7) * canvas.wide, chance.between(-0.75, -0.35) * canvas.high)
    radius = chance.between(0.06, 0.12)
    for ring, alpha in ((2.2, 36), (1.5, 64), (1.0, 245)):
        canvas.ellipse(at, radius * ring, radius * ring, fill, alpha)


def ridges(canvas: Canvas, palette: Palette, chance: Chance) -> None:
    sun(canvas, chance)
    for row in range(5):
        depth = row / 4
        fill = mixed(mixed(palette.sky, WHITE, 0.1), palette.dark, 0.25 + 0.7 * depth)
        canvas.polygon(_ridge(canvas, chance, base=-0.15 + 0.9 * depth), fill)


def sea(canvas: Canvas, palette: Palette, chance: Chance) -> None:
    sun(canvas, chance)
    horizon = chance.between(-0.1, 0.1) * canvas.high
    water = palette.ground
    canvas.box(-canvas.wide, horizon, canvas.wide, canvas.high, water)
    for row in range(14):
        y = horizon + (canvas.high - horizon) * ((row + 0.5) / 14) ** 1.3
        x, length = chance.between(-1, 0.8) * canvas.wide, chance.between(0.1, 0.5)
        canvas.box(x, y, x + length, y + 0.006 + 0.008 * row / 14, mixed(water, WHITE, 0.35), 170)
    boat = canvas.placed((chance.between(-0.5, 0.5) * canvas.wide, horizon + 0.1), chance.between(0.5, 0.8))
    boat.polygon([(-0.2, 0.0), (0.22, 0.0), (0.14, 0.1), (-0.14, 0.1)], palette.dark)
    boat.polygon([(-0.01, -0.4), (-0.01, -0.03), (-0.2, -0.03)], mixed(palette.main, WHITE, 0.2))
    boat.polygon([(0.02, -0.36), (0.02, -0.03), (0.18, -0.03)], palette.main)


def city(canvas: Canvas, palette: Palette, chance: Chance) -> None:
    sun(canvas, chance)
    for row, (share, floor) in enumerate(((0.3, 0.5), (0.62, 0.75), (0.95, 1.0))):
        fill = mixed(palette.sky, mixed(palette.dark, _NIGHT, 0.4), share)
        x = -canvas.wide
        while x < canvas.wide:
            width, top = chance.between(0.09, 0.2), chance.between(-0.55, 0.2) + 0.16 * row
            canvas.box(x, top * canvas.high, x + width, canvas.high, fill)
            if row:
                _windows(canvas, (x, top * canvas.high, width), palette.accent, floor * canvas.high, chance)
            x += width + 0.012


def _windows(canvas: Canvas, house: tuple[float, float, float], fill: Colour, bottom: float, chance: Chance) -> None:
    left, top, width = house
    columns, pattern = max(2, round(width / 0.045)), int(chance.between(0, 2**12))
    for row in range(int((bottom - top) / 0.05)):
        for column in range(columns):
            if (pattern * (row * 7 + column * 3 + 5)) % 11 < 5:  # noqa: PLR2004 - about half of them are lit
                x, y = left + width * (column + 0.3) / columns, top + 0.03 + row * 0.05
                canvas.box(x, y, x + 0.018, y + 0.026, mixed(fill, (255, 236, 170), 0.6), 220)


def forest(canvas: Canvas, palette: Palette, chance: Chance) -> None:
    sun(canvas, chance)
    for row in range(4):
        depth, x = row / 3, -canvas.wide - 0.1
        fill = mixed(mixed(palette.sky, palette.main, 0.35), palette.dark, 0.2 + 0.75 * depth)
        foot = (0.15 + 0.8 * depth) * canvas.high
        canvas.box(-canvas.wide, foot, canvas.wide, canvas.high, fill)
        while x < canvas.wide + 0.1:
            height = chance.between(0.25, 0.5) * (0.6 + 0.6 * depth)
            for part in range(3):
                top, half = foot - height * (1 - part * 0.27), height * (0.13 + 0.06 * part)
                canvas.polygon([(x, top), (x + half, top + height * 0.42), (x - half, top + height * 0.42)], fill)
            x += chance.between(0.1, 0.2) * (0.7 + 0.6 * depth)


def _ridge(canvas: Canvas, chance: Chance, *, base: float) -> list[Point]:
    """The outline of a row of hills whose middle height is `base` of the lower half."""
    waves = [(chance.between(0.5, 5.0), chance.between(0, math.tau), chance.between(0.02, 0.11)) for _ in range(3)]
    points = [(-canvas.wide, canvas.high)]
    for step in range(_STEPS + 1):
        across = step / _STEPS
        rise = sum(size * math.sin(pitch * math.tau * across + phase) for pitch, phase, size in waves)
        points.append(((2 * across - 1) * canvas.wide, (base + rise) * canvas.high))
    return [*points, (canvas.wide, canvas.high)]
