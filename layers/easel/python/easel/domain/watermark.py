"""What a text may say that is drawn into pictures. `imaging/watermark.py` draws it."""

from __future__ import annotations

import unicodedata
from typing import Final

from easel.errors import InvalidRequest

MAX_CHARACTERS: Final = 100
SCRIPTS: Final = ("Latin", "Greek", "Cyrillic", "Armenian", "Georgian")

_FIELD: Final = "watermark"
_SHOWN: Final = 10
"""How many of the characters at fault a message names."""

_RANGES: Final = (
    "20-7e a0-ac ae-24f 259 384-38a 38c 38e-3a1 3a3-482 48a-525 531-556 559-55f 561-587 589-58a 10a0-10c5 10d0-10fc "
    "1e00-1efb 2010-2015 2018-201e 2020-2022 2026 2030 2032-2033 2039-203b 2044 20a0-20b5 20b8-20ba 20bd 2116-2117 "
    "2120 2122 2190-2193 2605-2606 2660 2663 2665-2666 266a-266b 2713 2717"
)


def _characters(ranges: str) -> frozenset[str]:
    bounds = (part.partition("-") for part in ranges.split())
    return frozenset(
        chr(code) for first, _, last in bounds for code in range(int(first, 16), int(last or first, 16) + 1)
    )


DRAWABLE: Final = _characters(_RANGES)
"""Every character of the font. A test holds the two together; the font itself is only where pixels are."""


def read_watermark(text: str) -> str:
    """The text as it will be drawn: without space around it, accents joined with their letters.

    Nothing is left out or replaced: a character that cannot be drawn is an error.

    Raises:
        InvalidRequest: naming the field `watermark`.
    """
    mark = unicodedata.normalize("NFC", text.strip())
    if not 1 <= len(mark) <= MAX_CHARACTERS:
        message = f"A watermark has from 1 to {MAX_CHARACTERS} characters."
        raise InvalidRequest.of(_FIELD, message, {"minLength": 1, "maxLength": MAX_CHARACTERS})
    strange = list(dict.fromkeys(character for character in mark if character not in DRAWABLE))
    if strange:
        named = ", ".join(_name(character) for character in strange[:_SHOWN])
        message = f"A watermark cannot show {named}{' and others' if len(strange) > _SHOWN else ''}."
        raise InvalidRequest.of(_FIELD, message, {"scripts": list(SCRIPTS), "maxLength": MAX_CHARACTERS})
    return mark


def _name(character: str) -> str:
    """The character itself where it can stand in a message, and always its code."""
    code = f"U+{ord(character):04X}"
    return f"{character} ({code})" if character.isprintable() and not unicodedata.combining(character) else code
