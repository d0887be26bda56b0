"""A watermark can be read wherever it stands, and the font has what the domain promises."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops
from tests.unit.imaging.pictures import a_picture, decoded, encoded
from tests.unit.imaging.test_pillow_processor import process

from easel.domain.watermark import DRAWABLE, MAX_CHARACTERS
from easel.imaging.watermark import _font, _layout, draw_watermark

TEXTS = st.text(st.sampled_from(sorted(DRAWABLE - {" ", "\u00a0"})), min_size=1, max_size=MAX_CHARACTERS)
GROUNDS = {"white": (255, 255, 255), "black": (0, 0, 0), "grey": (128, 128, 128), "yellow": (255, 255, 0)}


def marked(ground: Image.Image, text: str) -> tuple[Image.Image, tuple[int, int, int, int]]:
    """The marked picture, and the box of all that changed."""
    picture = ground.copy()
    draw_watermark(picture, text)
    box = ImageChops.difference(picture.convert("RGB"), ground.convert("RGB")).getbbox()
    assert box is not None
    return picture, box


@pytest.mark.parametrize("ground", list(GROUNDS))
@pytest.mark.requirement("S003-6", "X-32")
def test_it_has_light_and_dark_on_any_ground(ground: str) -> None:
    picture, box = marked(Image.new("RGB", (1024, 1024), GROUNDS[ground]), "© Easel Studio")

    levels = picture.crop(box).convert("L").tobytes()

    assert max(levels) - min(levels) > 120


@pytest.mark.parametrize(("width", "height"), [(1024, 1024), (2048, 1024), (640, 1792), (256, 256)])
def test_it_stands_in_the_lower_right_corner_and_grows_with_the_picture(width: int, height: int) -> None:
    _, (left, top, right, bottom) = marked(Image.new("RGB", (width, height), "navy"), "© Easel")

    assert left > width * 0.5
    assert top > height * 0.85
    assert width * 0.94 < right < width
    assert height * 0.94 < bottom < height
    assert (bottom - top) > 0.02 * (width * height) ** 0.5


def test_a_transparent_picture_stays_so_but_for_the_letters() -> None:
    picture = Image.new("RGBA", (400, 300), (0, 0, 0, 0))

    draw_watermark(picture, "© Easel")

    assert picture.getpixel((5, 5)) == (0, 0, 0, 0)
    assert max(picture.getchannel("A").tobytes()) > 200


def test_a_long_text_is_broken_into_lines_and_none_of_it_is_lost() -> None:
    text = "every word of this long watermark is still there when it has been broken into several short lines"

    size, lines = _layout(text, 33, 500, 500)

    assert len(lines) > 1
    assert " ".join(lines) == text
    assert all(_font(size).getlength(line) <= 500 for line in lines)


def test_a_word_without_end_is_broken_anywhere() -> None:
    _, lines = _layout("W" * 100, 33, 400, 400)

    assert "".join(lines) == "W" * 100


@settings(max_examples=80, deadline=None)
@given(text=TEXTS, width=st.integers(1, 400), height=st.integers(1, 400), mode=st.sampled_from(["RGB", "RGBA"]))
def test_any_text_leaves_its_mark_on_any_picture_and_nowhere_outside_of_it(
    text: str, width: int, height: int, mode: str
) -> None:
    picture = Image.new(mode, (width, height), "teal")

    draw_watermark(picture, text)

    assert (picture.size, picture.mode) == ((width, height), mode)
    if min(width, height) >= 16:
        assert picture.tobytes() != Image.new(mode, (width, height), "teal").tobytes()


def test_the_font_has_a_picture_for_every_character_that_the_domain_allows() -> None:
    font = _font(40)
    box = bytes(font.getmask("\U0010ffff"))

    assert [character for character in sorted(DRAWABLE) if bytes(font.getmask(character)) == box] == []


@pytest.mark.parametrize("character", ["中", "あ", "한", "ع", "ש", "ก", "अ", "😀", "\u0301"])
def test_what_the_font_lacks_is_not_allowed(character: str) -> None:
    assert character not in DRAWABLE


@pytest.mark.parametrize("pillow_format", ["PNG", "JPEG", "WEBP"])
@pytest.mark.requirement("S003-42", "X-32")
def test_the_original_and_its_copies_are_marked_and_the_unmarked_picture_is_kept(pillow_format: str) -> None:
    data = encoded(a_picture(600, 400), pillow_format)

    result, plain = process(data, watermark="© Easel"), process(data)

    for made, without in ((result.original, plain.original), (result.preview, plain.preview)):
        corner = ImageChops.difference(decoded(made).convert("RGB"), decoded(without).convert("RGB"))
        assert max(corner.tobytes()) > 100
    assert result.unmarked is not None
    assert result.unmarked.data == plain.original
    assert result.unmarked.media_type == plain.media_type
    assert result.provenance.watermark == "© Easel"


def test_a_watermark_of_the_vendor_is_not_drawn_again() -> None:
    data = encoded(a_picture(600, 400), "PNG")

    result = process(data, watermark="© Easel", drawn="© Easel")

    assert result.original == process(data).original
    assert result.unmarked is None
    assert result.provenance.watermark == "© Easel"


def test_without_a_watermark_nothing_is_kept_beside() -> None:
    result = process(encoded(a_picture(60, 40), "PNG"))

    assert result.unmarked is None
    assert result.provenance.watermark is None
