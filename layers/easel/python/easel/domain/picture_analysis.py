"""What can be said about a finished picture: its main colours, and what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MAX_ALT_CHARACTERS: Final = 125
"""Longer texts are cut off by some screen readers."""
MAX_TAGS: Final = 10
MAX_TAG_CHARACTERS: Final = 40


@dataclass(frozen=True, slots=True)
class Colour:
    """One of the main colours, as `#rrggbb`, and which share of the picture has it, in percent."""

    hex: str
    percent: int


@dataclass(frozen=True, slots=True)
class PictureText:
    """What a picture shows: a text instead of it, and words to find it by."""

    alt: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PictureAnalysis:
    """`text` is None where no provider could say what the picture shows."""

    colours: tuple[Colour, ...]
    text: PictureText | None = None


def tidy_text(alt: str, tags: tuple[str, ...]) -> PictureText | None:
    """The words of a model in the form that we store: one line, bounded, tags without repetition; None without any."""
    line = _shortened(" ".join(alt.split()))
    words = dict.fromkeys(" ".join(tag.split()).lower()[:MAX_TAG_CHARACTERS].strip() for tag in tags)
    kept = tuple(word for word in words if word)[:MAX_TAGS]
    return PictureText(line, kept) if line else None


def _shortened(line: str) -> str:
    if len(line) <= MAX_ALT_CHARACTERS:
        return line
    cut = line[:MAX_ALT_CHARACTERS].rpartition(" ")[0]
    return f"{cut or line[: MAX_ALT_CHARACTERS - 1]}…"[:MAX_ALT_CHARACTERS]
