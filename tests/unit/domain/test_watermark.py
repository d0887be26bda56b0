"""What a watermark may say."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easel.domain.watermark import DRAWABLE, MAX_CHARACTERS, SCRIPTS, read_watermark
from easel.errors import InvalidRequest


@pytest.mark.parametrize(
    "text", ["© Easel Studio", "Café «Łódź»", "Студия Искусство", "Ελληνικά", "Հայերեն", "ქართული", "Tiếng Việt"]
)
def test_letters_of_five_scripts_can_be_drawn(text: str) -> None:
    assert read_watermark(text) == text


def test_space_around_it_goes() -> None:
    assert read_watermark("  © Easel \n") == "© Easel"


def test_a_letter_and_its_accent_become_one() -> None:
    assert read_watermark("Cafe\u0301") == "Café"


@pytest.mark.parametrize("text", ["", "   ", "x" * (MAX_CHARACTERS + 1)])
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


@given(st.text(max_size=120))
def test_any_text_is_taken_as_it_is_or_refused(text: str) -> None:
    try:
        mark = read_watermark(text)
    except InvalidRequest:
        return
    assert mark == unicodedata.normalize("NFC", text.strip())
    assert read_watermark(mark) == mark
