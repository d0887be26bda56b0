"""Validate the text of a watermark. `imaging/watermark.py` draws it."""

from __future__ import annotations

import unicodedata
from typing import Final

from easel.domain.text import IGNORABLE, code_points
from easel.errors import InvalidRequest

MAX_CHARACTERS: Final = 100
SCRIPTS: Final = ("Latin", "Greek", "Cyrillic", "Armenian", "Georgian")

_FIELD: Final = "watermark"
_LISTED: Final = 10
"""How many unsupported characters an error message lists."""
_REVERSING: Final = "\u202e"
"""The only ignorable character that changes how letters of our scripts are shown: it reverses their order."""

_RANGES: Final = (
    "20-7e a0-ac ae-24f 259 384-38a 38c 38e-3a1 3a3-482 48a-525 531-556 559-55f 561-587 589-58a 10a0-10c5 10d0-10fc "
    "1e00-1efb 2010-2015 2018-201e 2020-2022 2026 2030 2032-2033 2039-203b 2044 20a0-20b5 20b8-20ba 20bd 2116-2117 "
    "2120 2122 2190-2193 2605-2606 2660 2663 2665-2666 266a-266b 2713 2717"
)


DRAWABLE: Final = code_points(_RANGES)
"""The characters of the font. The font file is only in the imaging layer; a test keeps the two equal."""


def read_watermark(text: str) -> str:
    """The text as it will be drawn: trimmed, in NFC, any space as a plain one, and without ignorable characters.

    Visible characters are neither dropped nor replaced: one that the font lacks is an error.

    Raises:
        InvalidRequest: for the field `watermark`.
    """
    visible = "".join(_drawn(character) for character in text)
    mark = unicodedata.normalize("NFC", visible).strip()
    if not 1 <= len(mark) <= MAX_CHARACTERS:
        message = f"A watermark has from 1 to {MAX_CHARACTERS} visible characters."
        raise InvalidRequest.of(_FIELD, message, {"minLength": 1, "maxLength": MAX_CHARACTERS})
    unsupported = list(dict.fromkeys(character for character in mark if character not in DRAWABLE))
    if unsupported:
        listed = ", ".join(_label(character) for character in unsupported[:_LISTED])
        message = f"A watermark cannot show {listed}{' and others' if len(unsupported) > _LISTED else ''}."
        raise InvalidRequest.of(_FIELD, message, {"scripts": list(SCRIPTS), "maxLength": MAX_CHARACTERS})
    return mark


def _drawn(character: str) -> str:
    if character in IGNORABLE and character != _REVERSING:
        return ""
    return " " if unicodedata.category(character) == "Zs" and character not in DRAWABLE else character


def _label(character: str) -> str:
    """The code point, after the character itself if that is printable."""
    code = f"U+{ord(character):04X}"
    return f"{character} ({code})" if character.isprintable() and not unicodedata.combining(character) else code
