"""What bytes are, and the limits that hold before anything is decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.imaging import oddities
from tests.unit.imaging.pictures import (
    a_jpeg_header,
    a_picture,
    a_png_header,
    an_extended_webp_header,
    decoded,
    encoded,
)
from tests.unit.imaging.test_pillow_processor import process

from easel.errors import ImageRejected, RejectionReason
from easel.imaging.exif import orientation_of
from easel.imaging.foreign import clean_picture
from easel.imaging.formats import ImageFormat
from easel.imaging.inspection import inspect
from easel.imaging.limits import FOREIGN

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.long

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
def test_format_and_size_are_found_without_decoding(
    pillow_format: str, settings: dict[str, object], expected: ImageFormat
) -> None:
    structure = inspect(encoded(a_picture(301, 77), pillow_format, **settings), FOREIGN)

    assert (structure.format, structure.width, structure.height) == (expected, 301, 77)
    assert structure.is_common
    assert not structure.is_mended


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"", "not a picture"),
        (b"<html></html>", "not a picture"),
        (b"\x89PNG", "not a picture"),
        (b"RIFF1234WAVE", "not a picture"),
        (b"GIF89a" + bytes(50), "type gif are not accepted"),
        (b"BM" + bytes(100), "type bmp are not accepted"),
        (b"\0\0\0\x20ftypavif", "type avif are not accepted"),
        (b"%PDF-1.7", "type pdf are not accepted"),
    ],
)
def test_another_kind_of_file_is_refused_by_its_name(data: bytes, named: str) -> None:
    with pytest.raises(ImageRejected, match=f"{named}.*send png, jpeg or webp") as refused:
        clean_picture(data)

    assert refused.value.reason is RejectionReason.NOT_A_PICTURE


@pytest.mark.parametrize("image_format", list(ImageFormat))
@pytest.mark.parametrize(("width", "height"), [(8_000, 5_001), (16_383, 2_442), (16_384, 1), (1, 16_384)])
def test_a_picture_over_the_limits_is_refused_by_its_header_alone(
    image_format: ImageFormat, width: int, height: int
) -> None:
    with pytest.raises(ImageRejected, match="at most") as refused:
        inspect(HEADERS[image_format](width, height), FOREIGN)

    assert refused.value.reason is RejectionReason.TOO_LARGE


def test_more_than_forty_mebibytes_are_refused() -> None:
    with pytest.raises(ImageRejected, match="bytes; at most") as refused:
        clean_picture(encoded(a_picture(10, 10), "PNG") + bytes(FOREIGN.file_bytes))

    assert refused.value.reason is RejectionReason.TOO_LARGE


@pytest.mark.parametrize("size", [(0, 5), (5, 0)])
@pytest.mark.parametrize("image_format", [ImageFormat.PNG, ImageFormat.JPEG])
def test_a_picture_without_pixels_is_refused(image_format: ImageFormat, size: tuple[int, int]) -> None:
    with pytest.raises(ImageRejected, match="no pixels"):
        inspect(HEADERS[image_format](*size), FOREIGN)


@given(
    st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBPVP8X", b"RIFF\0\0\0\0WEBPVP8L"]),
    st.binary(),
)
def test_any_bytes_are_inspected_or_refused(magic: bytes, rest: bytes) -> None:
    try:
        structure = inspect(magic + rest, FOREIGN)
    except ImageRejected:
        return
    assert structure.width >= 1
    assert structure.height >= 1


@pytest.mark.parametrize("case", list(oddities.SHOWN))
def test_what_is_beside_the_pixels_never_decides_over_a_reference(case: str) -> None:
    cleaned = clean_picture(oddities.SHOWN[case]())

    picture = decoded(cleaned.data)
    assert picture.size == (cleaned.width, cleaned.height) == (oddities.WIDTH, oddities.HEIGHT)


@pytest.mark.parametrize("case", list(oddities.SHOWN))
def test_what_is_beside_the_pixels_never_decides_over_a_picture_that_was_paid_for(case: str) -> None:
    result = process(oddities.SHOWN[case]())

    assert decoded(result.original).size == decoded(result.preview).size == (oddities.WIDTH, oddities.HEIGHT)


@pytest.mark.parametrize("case", list(oddities.NOT_SHOWN))
def test_what_no_viewer_shows_is_refused_with_a_reason(case: str) -> None:
    data = oddities.NOT_SHOWN[case]()

    for use in (clean_picture, process):
        with pytest.raises(ImageRejected) as refused:
            use(data)
        assert len(refused.value.message) > 20


@pytest.mark.parametrize("case", [name for name in oddities.SHOWN if name not in oddities.CUT])
def test_the_pixels_are_those_of_the_picture_without_its_oddity(case: str) -> None:
    plain = {decoded(picture).convert("RGBA").tobytes() for picture in oddities.plain_like(case)}

    assert decoded(clean_picture(oddities.SHOWN[case]()).data).convert("RGBA").tobytes() in plain


@pytest.mark.parametrize(
    "exif",
    [
        b"",
        b"Exif\0\0",
        b"Exif\0\0MM\0*\0\0\0\x08",
        b"MM\0*\xff\xff\xff\xff",
        b"II*\0\x08\0\0\0\xff\xff",
        b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x09\0\0\0",
        b"II*\0\x08\0\0\0\x01\0\x12\x01\x02\0\x01\0\0\0\x06\0\0\0",
        b"rubbish" * 100,
    ],
)
def test_exif_that_cannot_be_read_turns_nothing(exif: bytes) -> None:
    assert orientation_of(exif) == 1


@given(st.binary(max_size=200))
def test_any_exif_gives_an_orientation(rest: bytes) -> None:
    assert orientation_of(b"MM\0*\0\0\0\x08" + rest) in range(1, 9)
