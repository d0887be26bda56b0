"""Invisible characters of a text (Unicode 17: Default_Ignorable_Code_Point, White_Space, controls)."""

from __future__ import annotations

import unicodedata
from typing import Final

_IGNORABLE: Final = (
    "ad 34f 61c 115f-1160 17b4-17b5 180b-180f 200b-200f 202a-202e 2060-206f 3164 fe00-fe0f feff ffa0 fff0-fffb "
    "1bca0-1bca3 1d173-1d17a e0000-e0fff"
)
_SHORT_ESCAPE: Final = 4
_BLANK: Final = {"\u2800"}
"""Shown as nothing, though they count as symbols: the empty pattern of Braille."""


def code_points(ranges: str) -> frozenset[str]:
    """The characters in hexadecimal ranges such as `41-5a 61`."""
    bounds = (part.partition("-") for part in ranges.split())
    return frozenset(
        chr(code) for first, _, last in bounds for code in range(int(first, 16), int(last or first, 16) + 1)
    )


def _pattern(ranges: str) -> str:
    """The ranges within a character class of a regular expression, as far as four hexadecimal digits reach."""
    bounds = (part.partition("-") for part in ranges.split())
    return "".join(f"\\u{first:0>4}-\\u{last or first:0>4}" for first, _, last in bounds if len(first) <= _SHORT_ESCAPE)


VISIBLE: Final = rf"[^\s{_pattern('0-1f 7f-9f 2800 ' + _IGNORABLE)}]"
"""A pattern for JSON Schema that finds a character to see: what `is_blank` says no to.

Surrogates are left out: validators written in Rust refuse such a class, and ECMAScript without its flag `u` would see
nothing in an emoji, which it reads as two of them. By itself one is in JSON as an escape only.
"""
IGNORABLE: Final = code_points(_IGNORABLE)
"""Characters without a shape of their own: joiners, direction marks, variation selectors, soft hyphens, fillers."""


def is_blank(text: str) -> bool:
    """Whether there is nothing to see in a text: it is empty, or all white space, control and ignorable characters."""
    return all(_is_invisible(character) for character in text)


def _is_invisible(character: str) -> bool:
    if character in IGNORABLE or character in _BLANK or character.isspace():
        return True
    return unicodedata.category(character) in {"Cc", "Cs"}
