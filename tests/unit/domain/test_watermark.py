"""What a watermark may say."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easel.domain.text import is_blank
from easel.domain.watermark import DRAWABLE, MAX_CHARACTERS, SCRIPTS, read_watermark
from easel.errors import InvalidRequest

INVISIBLE = {
    "soft hyphen": "\u00ad",
    "combining grapheme joiner": "\u034f",
    "zero width space": "\u200b",
    "zero width non-joiner": "\u200c",
    "zero width joiner": "\u200d",
    "left-to-right mark": "\u200e",
    "right-to-left mark": "\u200f",
    "left-to-right embedding": "\u202a",
    "pop directional formatting": "\u202c",
    "word joiner": "\u2060",
    "first strong isolate": "\u2068",
    "pop directional isolate": "\u2069",
    "variation selector": "\ufe0e",
    "emoji presentation": "\ufe0f",
    "byte order mark": "\ufeff",
    "tag": "\U000e0067",
    "variation selector 17": "\U000e0100",
}


@pytest.mark.parametrize(
    "text", ["© Easel Studio", "Café «Łódź»", "Студия Искусство", "Ελληνικά", "Հայերեն", "ქართული", "Tiếng Việt"]
)
def test_letters_of_five_scripts_can_be_drawn(text: str) -> None:
    assert read_watermark(text) == text


def test_space_around_it_goes() -> None:
    assert read_watermark("  © Easel \n") == "© Easel"


def test_a_letter_and_its_accent_become_one() -> None:
    assert read_watermark("Cafe\u0301") == "Café"


@pytest.mark.parametrize("name", INVISIBLE)
def test_an_invisible_character_is_dropped(name: str) -> None:
    character = INVISIBLE[name]

    for text in (f"© Easel{character}", f"{character}© Easel", f"© {character}Easel", f"©{character} Easel"):
        assert read_watermark(text) == "© Easel"


def test_emoji_presentation_does_not_refuse_the_sign_that_it_follows() -> None:
    assert read_watermark("I \u2665\ufe0f Easel") == "I \u2665 Easel"


@pytest.mark.parametrize("space", ["\u202f", "\u2009", "\u2003", "\u205f", "\u3000"])
def test_every_kind_of_space_is_drawn_as_one(space: str) -> None:
    assert read_watermark(f"10{space}000") == "10 000"


def test_a_soft_hyphen_does_not_count() -> None:
    assert read_watermark("x\u00ad" * MAX_CHARACTERS) == "x" * MAX_CHARACTERS


@pytest.mark.parametrize("text", ["", "   ", "x" * (MAX_CHARACTERS + 1), "".join(INVISIBLE.values()), "\u200b \ufeff"])
def test_it_has_from_one_to_a_hundred_characters(text: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_watermark(text)

    assert refused.value.fields[0].field == "watermark"
    assert refused.value.fields[0].allowed == {"minLength": 1, "maxLength": 100}


@pytest.mark.parametrize(
    "text",
    ["中文", "عربي", "עברית", "हिन्दी", "ok 😀", "two\nlines", "tab\there", "bell\x07", "x\u202ey", "q\u0301", "\ud800"],
)
def test_what_cannot_be_drawn_is_refused_and_named(text: str) -> None:
    strange = next(letter for letter in unicodedata.normalize("NFC", text) if letter not in DRAWABLE)

    with pytest.raises(InvalidRequest) as refused:
        read_watermark(text)

    assert f"U+{ord(strange):04X}" in refused.value.message
    assert refused.value.fields[0].field == "watermark"
    assert refused.value.fields[0].allowed["scripts"] == list(SCRIPTS)
    # The message goes out as JSON in UTF-8.
    refused.value.message.encode("utf-8")


def test_a_message_does_not_grow_with_the_text() -> None:
    with pytest.raises(InvalidRequest, match="and others") as refused:
        read_watermark("".join(chr(0x4E00 + number) for number in range(100)))

    assert len(refused.value.message) < 300


@given(st.text(st.sampled_from("aé©\u0301 \u202f\u200b\ufe0f\u202e中") | st.characters(), max_size=120))
def test_any_text_is_taken_but_for_what_nobody_sees_or_refused(text: str) -> None:
    try:
        mark = read_watermark(text)
    except InvalidRequest:
        return
    assert set(mark) <= DRAWABLE
    assert not is_blank(mark)
    seen = [character for character in unicodedata.normalize("NFC", text) if not is_blank(character)]
    assert len(seen) >= len(mark.replace(" ", "").replace("\u00a0", ""))
    assert read_watermark(mark) == mark
