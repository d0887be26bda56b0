"""What counts as blank: whatever leaves nothing to see."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easel.domain.template_use import clean
from easel.domain.text import IGNORABLE, VISIBLE, is_blank

UNSEEN = {
    "nothing": "",
    "spaces": " \t\n\u00a0\u202f\u3000",
    "zero width": "\u200b\u200c\u200d\u2060\ufeff",
    "direction": "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c",
    "soft hyphen": "\u00ad",
    "variation selectors": "\ufe0f\ufe0e\u180b\U000e0100",
    "fillers": "\u115f\u1160\u3164\uffa0\u2800",
    "tags": "\U000e0001\U000e0067",
    "controls": "\x00\x07\x1b\x7f\x85",
    "half a pair": "\ud800",
}


@pytest.mark.parametrize("kind", UNSEEN)
def test_what_nobody_sees_is_blank(kind: str) -> None:
    assert is_blank(UNSEEN[kind])
    assert clean(UNSEEN[kind]) == ""


@pytest.mark.parametrize("text", ["x", "\u200bx\u200b", "中", "\u0301", "1\ufe0f", "👨\u200d👩", "-", ".", "ㅤx"])
def test_a_text_with_anything_to_see_is_not(text: str) -> None:
    assert not is_blank(text)


@given(st.text(st.characters() | st.sampled_from(sorted(IGNORABLE)), max_size=20))
def test_a_text_is_blank_if_each_of_its_characters_is(text: str) -> None:
    assert is_blank(text) is all(is_blank(character) for character in text)


@given(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]))
def test_the_pattern_of_the_schemas_finds_what_is_not_blank(character: str) -> None:
    assert (re.search(VISIBLE, character) is None) is is_blank(character)


@given(st.sampled_from(sorted(IGNORABLE)))
def test_no_letter_or_number_is_ignorable_but_a_filler(character: str) -> None:
    assert unicodedata.category(character) in {"Cf", "Mn", "Cn"} or "FILLER" in unicodedata.name(character, "")
