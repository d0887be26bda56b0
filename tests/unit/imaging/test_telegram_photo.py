"""Every picture of ours becomes a photo that Telegram takes by address."""

from __future__ import annotations

import io
import random

import pytest
from PIL import Image

from easel.domain.image import ServedBy
from easel.domain.photo import MAX_BYTES, MAX_RATIO, MAX_SIDES, is_photo
from easel.imaging.telegram_photo import PillowPhotoMaker

MADE_BY = ServedBy("wavespeed", "seedream-v4")


def png(width: int, height: int, mode: str = "RGB", *, noisy: bool = False) -> bytes:
    picture = Image.new(mode, (width, height), "red" if mode == "RGB" else (255, 0, 0, 0))
    if noisy:
        picture = Image.frombytes("RGB", (width, height), random.Random(7).randbytes(width * height * 3))  # noqa: S311 - no secret
    target = io.BytesIO()
    picture.save(target, "PNG", compress_level=1)
    return target.getvalue()


@pytest.mark.parametrize(
    ("width", "height", "mode", "noisy"),
    [(64, 64, "RGB", False), (64, 64, "RGBA", False), (3000, 3000, "RGB", True), (3000, 100, "RGB", False)],
    ids=["small", "transparent", "27 MB of noise", "a strip"],
)
def test_it_is_a_jpeg_of_the_size_that_telegram_takes(width: int, height: int, mode: str, *, noisy: bool) -> None:
    photo = PillowPhotoMaker().photo(png(width, height, mode, noisy=noisy), MADE_BY)

    assert len(photo) <= MAX_BYTES
    with Image.open(io.BytesIO(photo)) as picture:
        assert (picture.format, picture.mode) == ("JPEG", "RGB")
        assert is_photo(*picture.size)
        picture.load()
    assert b"trainedAlgorithmicMedia" in photo


def test_what_is_transparent_becomes_white() -> None:
    photo = PillowPhotoMaker().photo(png(32, 32, "RGBA"), MADE_BY)

    with Image.open(io.BytesIO(photo)) as picture:
        assert picture.getpixel((16, 16)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("width", "height", "is_one"),
    [
        (4096, 4096, True),
        (MAX_SIDES - 500, 500, True),
        (MAX_SIDES - 499, 500, False),
        (MAX_RATIO * 10, 10, True),
        (MAX_RATIO * 10 + 1, 10, False),
    ],
)
def test_the_limits_are_those_of_telegram(width: int, height: int, *, is_one: bool) -> None:
    assert is_photo(width, height) is is_one
