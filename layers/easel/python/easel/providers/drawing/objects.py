"""Things that stand on something: each is drawn around (0, 0), about one unit high, with its foot at y = 0.45."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final, Literal

from easel.providers.drawing.canvas import WHITE, Canvas, Palette, Point, mixed

FOOT: Final = 0.45
View = Literal["front", "back"]
Motif = Callable[[Canvas, Palette, View], None]
"""Draws one thing as it is seen from this side."""


def turned(profile: Sequence[Point], canvas: Canvas, palette: Palette) -> None:
    """A body of revolution: `profile` has half widths and heights from the top down; light falls from the left."""
    right, left = [(x, y) for x, y in profile], [(-x, y) for x, y in reversed(profile)]
    canvas.polygon([*right, *left], palette.main)
    canvas.polygon([*right, *[(x * 0.35, y) for x, y in reversed(profile)]], palette.shade)
    canvas.polygon(
        [*[(-x * 0.55, y) for x, y in profile], *[(-x * 0.8, y) for x, y in reversed(profile)]], palette.light
    )


def vase(canvas: Canvas, palette: Palette, view: View) -> None:
    for stem, tip in ((-0.03, (-0.2, -0.5)), (0.0, (0.02, -0.62)), (0.03, (0.2, -0.46))):
        canvas.line([(stem, -0.15), (tip[0] * 0.6, tip[1] * 0.7), tip], 0.012, (70, 110, 80))
        canvas.ellipse(tip, 0.055, 0.055, palette.accent)
        canvas.ellipse(tip, 0.022, 0.022, mixed(palette.accent, WHITE, 0.6))
    steps = [(0.5 + 0.5 * math.cos(math.pi * (t / 20 * 1.9 - 0.25)), t / 20) for t in range(21)]
    turned([(0.09 + 0.17 * (1 - width) ** 1.2, -0.2 + (FOOT + 0.2) * t) for width, t in steps], canvas, palette)
    if view == "front":
        canvas.polygon([(-0.24, 0.16), (0.24, 0.16), (0.245, 0.2), (-0.245, 0.2)], palette.accent, 150)


def bag(canvas: Canvas, palette: Palette, view: View) -> None:
    canvas.ring((0, -0.16), 0.17, 0.26, 0.03, palette.dark)
    canvas.polygon([(-0.3, -0.14), (0.3, -0.14), (0.36, FOOT), (-0.36, FOOT)], palette.main)
    canvas.polygon([(0.12, -0.14), (0.3, -0.14), (0.36, FOOT), (0.16, FOOT)], palette.shade)
    canvas.polygon([(-0.3, -0.14), (0.3, -0.14), (0.306, -0.09), (-0.306, -0.09)], palette.light)
    if view == "back":
        canvas.box(-0.14, 0.05, 0.14, 0.07, palette.dark)
    else:
        canvas.box(-0.15, 0.06, 0.15, 0.3, mixed(palette.main, WHITE, 0.55))
        canvas.ellipse((0, 0.18), 0.07, 0.07, palette.accent)


def mug(canvas: Canvas, palette: Palette, view: View) -> None:
    side = -0.3 if view == "back" else 0.3
    canvas.ring((side, 0.16), 0.15, 0.17, 0.05, palette.shade)
    turned([(0.28, -0.12), (0.28, 0.3), (0.25, 0.4), (0.2, FOOT)], canvas, palette)
    canvas.ellipse((0, -0.12), 0.28, 0.07, palette.light)
    canvas.ellipse((0, -0.11), 0.24, 0.05, (92, 60, 44))
    for x in (-0.1, 0.02, 0.14):
        wave = [(x + 0.02 * math.sin(t), -0.22 - t * 0.035) for t in range(8)]
        canvas.line(wave, 0.012, mixed(palette.sky, WHITE, 0.7))


def bottle(canvas: Canvas, palette: Palette, view: View) -> None:
    neck = [(0.07, -0.4), (0.07, -0.2), (0.1, -0.14), (0.19, 0.0), (0.2, 0.06), (0.2, 0.4), (0.17, FOOT)]
    turned(neck, canvas, palette)
    canvas.box(-0.075, -0.47, 0.075, -0.38, palette.dark)
    if view == "front":
        canvas.box(-0.2, 0.1, 0.2, 0.32, mixed(palette.accent, WHITE, 0.55))
        canvas.box(-0.13, 0.18, 0.13, 0.2, palette.dark)
        canvas.box(-0.09, 0.23, 0.09, 0.245, palette.dark)


def lamp(canvas: Canvas, palette: Palette, view: View) -> None:
    canvas.ellipse((0, -0.1), 0.45, 0.4, (255, 238, 190), 60)
    canvas.line([(0, -0.2), (0, 0.42)], 0.03, palette.dark)
    canvas.ellipse((0, 0.43), 0.18, 0.04, palette.dark)
    canvas.polygon([(-0.16, -0.42), (0.16, -0.42), (0.3, -0.1), (-0.3, -0.1)], palette.main)
    canvas.polygon([(0.04, -0.42), (0.16, -0.42), (0.3, -0.1), (0.1, -0.1)], palette.shade)
    if view == "front":
        canvas.polygon([(-0.18, -0.37), (0.18, -0.37), (0.2, -0.33), (-0.2, -0.33)], palette.accent)


def bicycle(canvas: Canvas, palette: Palette, view: View) -> None:  # noqa: ARG001 - the same from both sides
    for x in (-0.36, 0.36):
        canvas.ring((x, 0.2), 0.25, 0.25, 0.028, (46, 44, 52))
        for spoke in range(6):
            turn = math.pi * spoke / 6
            across, down = 0.23 * math.cos(turn), 0.23 * math.sin(turn)
            canvas.line([(x - across, 0.2 - down), (x + across, 0.2 + down)], 0.005, (150, 150, 156))
    frame = [(-0.36, 0.2), (-0.12, -0.14), (0.22, -0.14), (-0.02, 0.22), (-0.36, 0.2)]
    canvas.line(frame, 0.038, palette.main)
    canvas.line([(-0.15, -0.22), (-0.02, 0.22)], 0.038, palette.main)
    canvas.line([(0.36, 0.2), (0.19, -0.27)], 0.038, palette.main)
    canvas.line([(0.1, -0.31), (0.19, -0.27), (0.28, -0.33)], 0.028, (46, 44, 52))
    canvas.line([(-0.24, -0.235), (-0.06, -0.235)], 0.045, (60, 44, 40))
    canvas.ellipse((-0.02, 0.22), 0.06, 0.06, palette.shade)


def flower(canvas: Canvas, palette: Palette, view: View) -> None:
    green = (74, 124, 82)
    canvas.line([(0.0, FOOT), (0.03, 0.1), (0.0, -0.15)], 0.03, green)
    canvas.polygon([(0.01, 0.3), (0.14, 0.12), (0.27, 0.1), (0.18, 0.25)], green)
    canvas.polygon([(0.01, 0.36), (-0.12, 0.2), (-0.24, 0.19), (-0.15, 0.32)], mixed(green, WHITE, 0.15))
    for ring, size, petals in ((0.2, 0.13, 9), (0.13, 0.1, 8)):
        fill = palette.main if ring > 0.15 else palette.light  # noqa: PLR2004 - the outer petals
        for number in range(petals):
            turn = math.tau * (number + ring) / petals
            canvas.ellipse((ring * math.cos(turn), -0.18 + ring * math.sin(turn)), size, size, fill)
    if view == "front":
        canvas.ellipse((0, -0.18), 0.09, 0.09, palette.accent)


def fox(canvas: Canvas, palette: Palette, view: View) -> None:
    canvas.ellipse((0.26, 0.3), 0.24, 0.12, palette.shade)
    canvas.ellipse((0.44, 0.26), 0.08, 0.07, (250, 246, 240))
    canvas.polygon([(-0.2, FOOT), (-0.14, 0.0), (0.14, 0.0), (0.24, FOOT)], palette.main)
    canvas.polygon([(-0.3, -0.24), (-0.22, -0.5), (-0.06, -0.3)], palette.main)
    canvas.polygon([(0.3, -0.24), (0.22, -0.5), (0.06, -0.3)], palette.main)
    canvas.polygon([(-0.32, -0.22), (0, -0.36), (0.32, -0.22), (0, 0.14)], palette.main)
    if view == "back":
        canvas.line([(0, -0.3), (0, 0.4)], 0.02, palette.shade)
        return
    canvas.polygon([(-0.32, -0.22), (-0.06, -0.12), (0, 0.14)], (250, 246, 240))
    canvas.polygon([(0.32, -0.22), (0.06, -0.12), (0, 0.14)], (250, 246, 240))
    canvas.polygon([(-0.1, 0.12), (0.1, 0.12), (0.05, 0.36), (-0.05, 0.36)], (250, 246, 240))
    for x in (-0.12, 0.12):
        canvas.ellipse((x, -0.16), 0.022, 0.03, (40, 30, 30))
    canvas.ellipse((0, 0.12), 0.035, 0.028, (40, 30, 30))
