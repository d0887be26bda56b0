"""What bytes claim to be, and the limits that hold before anything is decoded."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.imaging.pictures import a_picture, encoded

from easel.errors import ImageRejected
from easel.imaging.headers import MAX_BYTES, ImageFormat, ImageHeader, read_header, sniff

if TYPE_CHECKING:
    from collections.abc import Callable


def a_png_header(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + bytes(9)


def a_jpeg_header(width: int, height: int) -> bytes:
    return b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xc2" + struct.pack(">HBHH", 17, 8, height, width)


def an_extended_webp_header(width: int, height: int) -> bytes:
    size = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    return b"RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00" + bytes(4) + size


HEADERS: dict[ImageFormat, Callable[[int, int], bytes]] = {
    ImageFormat.PNG: a_png_header,
    ImageFormat.JPEG: a_jpeg_header,
    ImageFormat.WEBP: an_extended_webp_header,
}


@pytest.mark.parametrize(
    ("pillow_format", "settings", "expected"),
    [
        ("PNG", {}, ImageFormat.PNG),
        ("JPEG", {}, ImageFormat.JPEG),
        ("JPEG", {"progressive": True, "comment": b"x" * 60_000}, ImageFormat.JPEG),
        ("WEBP", {"quality": 80}, ImageFormat.WEBP),
        ("WEBP", {"lossless": True}, ImageFormat.WEBP),
        ("WEBP", {"quality": 80, "exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0"}, ImageFormat.WEBP),
    ],
)
def test_format_and_size_are_read_from_the_header(
    pillow_format: str, settings: dict[str, object], expected: ImageFormat
) -> None:
    data = encoded(a_picture(301, 77), pillow_format, **settings)

    assert read_header(data) == ImageHeader(expected, 301, 77)


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<html></html>", b"BM" + bytes(100), b"\x89PNG", b"RIFF1234WAVE"])
def test_other_bytes_are_no_picture(data: bytes) -> None:
    assert sniff(data) is None
    with pytest.raises(ImageRejected, match="not a png, jpeg or webp"):
        read_header(data)


@pytest.mark.parametrize("image_format", list(ImageFormat))
@pytest.mark.parametrize(("width", "height"), [(8_000, 5_001), (16_383, 2_442), (16_384, 1), (1, 16_384)])
def test_a_picture_over_the_limits_is_refused_by_its_header_alone(
    image_format: ImageFormat, width: int, height: int
) -> None:
    with pytest.raises(ImageRejected, match="at most"):
        read_header(HEADERS[image_format](width, height))


@pytest.mark.parametrize("image_format", list(ImageFormat))
def test_a_picture_of_exactly_forty_megapixels_is_accepted(image_format: ImageFormat) -> None:
    assert read_header(HEADERS[image_format](8_000, 5_000)) == ImageHeader(image_format, 8_000, 5_000)


def test_more_than_forty_mebibytes_are_refused() -> None:
    picture = encoded(a_picture(10, 10), "PNG")

    with pytest.raises(ImageRejected, match="bytes; at most"):
        read_header(picture + bytes(MAX_BYTES + 1 - len(picture)))


@pytest.mark.parametrize("size", [(0, 5), (5, 0)])
@pytest.mark.parametrize("image_format", [ImageFormat.PNG, ImageFormat.JPEG])
def test_a_picture_without_pixels_is_refused(image_format: ImageFormat, size: tuple[int, int]) -> None:
    with pytest.raises(ImageRejected, match="no pixels"):
        read_header(HEADERS[image_format](*size))


def test_a_jpeg_with_more_segments_than_any_picture_needs_is_given_up() -> None:
    start, frame = b"\xff\xd8", a_jpeg_header(30, 20)[2:]
    segment = b"\xff\xe1\x00\x02"

    assert read_header(start + segment * 500 + frame).width == 30
    with pytest.raises(ImageRejected):
        read_header(start + segment * 5_000 + frame)


@given(
    st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBPVP8X", b"RIFF\0\0\0\0WEBPVP8L"]),
    st.binary(),
)
def test_any_header_is_read_or_refused_and_never_crashes(magic: bytes, rest: bytes) -> None:
    try:
        header = read_header(magic + rest)
    except ImageRejected:
        return
    assert header.width >= 1
    assert header.height >= 1
