"""From the words of a prompt to a picture: what it shows, how it is taken, in which colours."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final, TypeVar

from PIL import Image, ImageDraw, ImageFont

from easel.providers.drawing import landscapes, objects
from easel.providers.drawing.canvas import WHITE, Canvas, Chance, Palette, colour, mixed
from easel.providers.drawing.landscapes import Landscape
from easel.providers.drawing.objects import Motif, View

_CANVAS_SIDE: Final = 1024
"""Scenes are drawn no larger than this and scaled up: soft edges for free, and large pictures cost little more."""

_OBJECTS: Final[Mapping[str, Motif]] = {
    "vase|pot|jar|ceramic": objects.vase,
    "bag|tote|backpack|purse|handbag": objects.bag,
    "mug|cup|coffee|tea": objects.mug,
    "bottle|perfume|wine|flask|shampoo": objects.bottle,
    "lamp|lantern|light bulb": objects.lamp,
    "bicycle|bike|cycle": objects.bicycle,
    "flower|rose|tulip|daisy|sunflower|bouquet": objects.flower,
    "fox|cat|dog|wolf|animal": objects.fox,
}
_PLACES: Final[Mapping[str, Landscape]] = {
    "city|skyline|street|tower|town|building": landscapes.city,
    "sea|ocean|beach|boat|sail|lake|harbour|harbor|island|wave": landscapes.sea,
    "forest|wood|woods|tree|trees|jungle|garden": landscapes.forest,
}
_HUES: Final[Mapping[str, tuple[float, float, float]]] = {
    "red": (0.0, 0.72, 0.82), "orange": (0.07, 0.78, 0.93), "yellow": (0.13, 0.7, 0.95), "green": (0.38, 0.5, 0.56),
    "teal": (0.49, 0.6, 0.6), "turquoise": (0.48, 0.6, 0.75), "blue": (0.6, 0.62, 0.75), "navy": (0.62, 0.65, 0.42),
    "purple": (0.77, 0.45, 0.65), "violet": (0.75, 0.5, 0.75), "pink": (0.94, 0.4, 0.94), "brown": (0.07, 0.5, 0.5),
    "black": (0.65, 0.1, 0.22), "white": (0.1, 0.04, 0.95), "grey": (0.6, 0.05, 0.6), "gray": (0.6, 0.05, 0.6),
    "beige": (0.1, 0.22, 0.88), "gold": (0.12, 0.6, 0.85), "silver": (0.6, 0.04, 0.78),
}  # fmt: skip
_Drawn = TypeVar("_Drawn")
_NIGHT: Final = re.compile(r"\b(night|midnight|stars|moon|neon)\b")
_WARM: Final = re.compile(r"\b(sunset|sunrise|dusk|dawn|evening|morning|golden)\b")
_SNOW: Final = re.compile(r"\b(snow|snowy|winter|ice)\b")
_SHOTS: Final[Mapping[str, re.Pattern[str]]] = {
    "flat lay": re.compile(r"\bflat[ -]?lay\b|from directly above"),
    "close-up": re.compile(r"\bclose[ -]?up\b|\bmacro\b|\bdetail of\b"),
    "duo": re.compile(r"\bduo\b|\bpair of\b|\btwo (identical )?(pieces|of|views)"),
    "back": re.compile(r"\bfrom (straight )?(the )?back\b|\bfrom behind\b|straight from the back"),
}


def shot_of(prompt: str) -> str:
    """How a product is taken, by the words of the prompt: a key of `_SHOTS`, or nothing."""
    text = prompt.lower()
    return next((name for name, words in _SHOTS.items() if words.search(text)), "")


def scene(prompt: str, seed: bytes, width: int, height: int) -> Image.Image:
    """A picture of this size in RGB. The same arguments give the same picture."""
    text, chance = prompt.lower(), Chance(seed)
    palette = _palette(text, chance)
    scale = min(1.0, _CANVAS_SIDE / max(width, height))
    size = max(2, round(width * scale)), max(2, round(height * scale))
    canvas = Canvas(_gradient(palette, size))
    motif = _named(_OBJECTS, text)
    if motif is None:
        (_named(_PLACES, text) or landscapes.ridges)(canvas, palette, chance)
    else:
        _set_table(canvas, palette, shot_of(text))
        _place(canvas, motif, palette, shot_of(text), chance)
    if _SNOW.search(text):
        _snow(canvas, chance)
    return canvas.image.resize((width, height), Image.Resampling.BICUBIC)


def line(prompt: str, model: str, size: tuple[int, int], number: int | None = None) -> str:
    """What tells pictures apart at a glance: shot, model, size, which one of several, and the prompt."""
    parts = [shot_of(prompt), model, f"{size[0]}x{size[1]}", "" if number is None else f"no. {number}", prompt]
    return " - ".join(part for part in parts if part)


def write_line(picture: Image.Image, text: str) -> None:
    """One small line at the foot of the picture; what does not fit is cut."""
    # Pillow's own font has the letters of ASCII; others would show as empty boxes.
    plain = " ".join(unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().split())
    size = max(9, min(picture.size) // 42)
    columns = max(4, int((picture.width - 2 * size) / (size * 0.55)))
    if not plain:
        return
    shown = plain if len(plain) <= columns else plain[: max(1, columns - 3)] + "..."
    brush = ImageDraw.Draw(picture, "RGBA")
    top = picture.height - 2 * size
    brush.rectangle((0, top - size // 2, picture.width, picture.height), fill=(0, 0, 0, 90))
    brush.text((size, top), shown, font=ImageFont.load_default(size), fill=(255, 255, 255, 235))


def _named(table: Mapping[str, _Drawn], text: str) -> _Drawn | None:
    """The one whose word comes first in the text."""
    places = [
        (match.start(), drawn) for words, drawn in table.items() if (match := re.search(rf"\b({words})s?\b", text))
    ]
    return min(places, key=lambda place: place[0])[1] if places else None


def _palette(text: str, chance: Chance) -> Palette:
    named = re.search(rf"\b({'|'.join(_HUES)})\b", text)
    hue = chance.between(0, 1)
    tone = _HUES[named[1]] if named else (hue, chance.between(0.4, 0.65), chance.between(0.6, 0.9))
    main, accent = colour(*tone), colour(tone[0] + chance.between(0.36, 0.6), 0.55, 0.88)
    if _NIGHT.search(text):
        return Palette(main, accent, (24, 30, 66), mixed((36, 40, 80), main, 0.15))
    if _WARM.search(text):
        return Palette(main, accent, colour(0.05 + chance.between(0, 0.05), 0.42, 0.98), colour(0.95, 0.3, 0.6))
    sky = colour(tone[0] + chance.between(0.3, 0.6), chance.between(0.12, 0.28), 0.94)
    return Palette(main, accent, sky, mixed(colour(tone[0] + 0.5, 0.3, 0.7), main, 0.1))


def _gradient(palette: Palette, size: tuple[int, int]) -> Image.Image:
    column = Image.new("RGB", (1, 2))
    column.putdata([palette.sky, mixed(palette.sky, WHITE, 0.45)])
    return column.resize(size, Image.Resampling.BILINEAR)


def _set_table(canvas: Canvas, palette: Palette, shot: str) -> None:
    if shot == "flat lay":
        canvas.box(-canvas.wide, -canvas.high, canvas.wide, canvas.high, mixed((232, 224, 210), palette.sky, 0.2))
        for number in range(9):
            x = canvas.wide * (number / 4 - 1)
            canvas.line([(x, -canvas.high), (x + 0.05, canvas.high)], 0.003, (214, 204, 188))
        return
    canvas.box(-canvas.wide, 0.28, canvas.wide, canvas.high, mixed(palette.ground, WHITE, 0.35))


def _place(canvas: Canvas, motif: Motif, palette: Palette, shot: str, chance: Chance) -> None:
    grown = 0.92 * min(1.0, 0.35 + max(canvas.high, 0.5))
    if shot == "close-up":
        motif(canvas.placed((0.1, 0.25), 2.1), palette, "front")
        return
    if shot == "flat lay":
        for at in ((-0.38, -0.34), (0.39, 0.33)):
            canvas.ellipse(at, 0.07, 0.07, palette.accent, 230)
        canvas.ellipse((0.02, 0.05), 0.36, 0.42, (60, 50, 40), 30)
        motif(canvas.placed((0, 0), 0.78), palette, "front")
        return
    spots: tuple[tuple[float, View], ...] = ((-0.24, "front"), (0.24, "back"))
    if shot != "duo":
        spots = ((chance.between(-0.04, 0.04), "back" if shot == "back" else "front"),)
    size = grown * (0.62 if shot == "duo" else 0.84)
    for x, view in spots:
        canvas.ellipse((x, 0.02 + objects.FOOT * size), 0.34 * size, 0.05 * size, (40, 34, 44), 60)
        motif(canvas.placed((x, 0.02), size, mirrored=view == "back"), palette, view)


def _snow(canvas: Canvas, chance: Chance) -> None:
    canvas.polygon(
        [(-canvas.wide, 0.36), (0, 0.33), (canvas.wide, 0.37), (canvas.wide, canvas.high), (-canvas.wide, canvas.high)],
        WHITE,
        150,
    )
    for _ in range(60):
        at = chance.between(-1, 1) * canvas.wide, chance.between(-1, 1) * canvas.high
        canvas.ellipse(at, 0.006, 0.006, WHITE, 220)
