"""The main colours of a picture."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from easel.errors import ImageRejected
from easel.imaging.colours import main_colours


def encoded(picture: Image.Image, format: str = "WEBP") -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format, **({"lossless": True} if format == "WEBP" else {}))
    return buffer.getvalue()


@pytest.mark.requirement("S002-73")
def test_the_most_frequent_colour_comes_first_with_its_share() -> None:
    picture = Image.new("RGB", (100, 100), "#204080")
    picture.paste("#f0e010", (0, 0, 100, 25))

    colours = main_colours(encoded(picture))

    assert [(colour.hex, colour.percent) for colour in colours] == [("#204080", 75), ("#f0e010", 25)]


def test_what_is_transparent_does_not_count() -> None:
    picture = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    picture.paste((200, 10, 10, 255), (0, 0, 32, 64))

    (only,) = main_colours(encoded(picture, "PNG"))

    assert (only.hex, only.percent) == ("#c80a0a", 100)
    assert main_colours(encoded(Image.new("RGBA", (8, 8), (0, 0, 0, 0)), "PNG")) == ()


def test_many_colours_are_at_most_six_and_their_shares_are_of_the_whole() -> None:
    picture = Image.linear_gradient("L").convert("RGB")

    colours = main_colours(encoded(picture))

    assert 2 <= len(colours) <= 6
    assert 97 <= sum(colour.percent for colour in colours) <= 103


def test_what_is_no_picture_is_rejected() -> None:
    with pytest.raises(ImageRejected):
        main_colours(b"not a picture")
