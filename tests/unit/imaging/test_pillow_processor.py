"""From a vendor's bytes to original, preview, thumbnail and blurhash."""

from __future__ import annotations

import hashlib
import struct
import zlib
from typing import TYPE_CHECKING

import blurhash  # type: ignore[import-untyped]  # the package carries no types
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from tests.support.generations import a_generation
from tests.unit.imaging.pictures import a_picture, decoded, encoded
from tests.unit.imaging.unforked import unforked

from easel.domain.image import ServedBy
from easel.domain.request import ImageParameters, Size
from easel.errors import ImageRejected
from easel.imaging.formats import ImageFormat
from easel.imaging.limits import PAID
from easel.imaging.pillow_processor import PillowImageProcessor

if TYPE_CHECKING:
    from easel.services.ports.pictures import ProcessedImage

MODES = {
    "PNG": ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"],
    "JPEG": ["RGB", "L", "CMYK"],
    "WEBP": ["RGB", "RGBA"],
}
SIDES = st.integers(min_value=1, max_value=150)
FILES = st.sampled_from([(name, mode) for name, modes in MODES.items() for mode in modes])
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


MADE_BY = ServedBy("wavespeed", "seedream-v4")


def process(
    data: bytes,
    *,
    size: Size | None = None,
    output_format: str | None = None,
    watermark: str | None = None,
    drawn: str | None = None,
) -> ProcessedImage:
    parameters = ImageParameters(size=size, output_format=output_format, watermark=watermark)
    processor = PillowImageProcessor(PAID.within(512))
    return processor.process(data, a_generation(parameters=parameters), made_by=MADE_BY, drawn=drawn)


def colour_at(picture: Image.Image, x: int, y: int) -> tuple[int, ...]:
    pixel = picture.convert("RGB").getpixel((x, y))
    assert isinstance(pixel, tuple)
    return tuple(int(level) for level in pixel)


@pytest.mark.parametrize(("pillow_format", "pixels_from"), [("PNG", 33), ("JPEG", 20), ("WEBP", 12)])
@pytest.mark.parametrize("asked", [None, Size(300, 200)])
def test_encoded_pixels_stay_as_they_came_when_nothing_else_was_asked(
    pillow_format: str, pixels_from: int, asked: Size | None
) -> None:
    data = encoded(a_picture(300, 200), pillow_format)

    result = process(data, size=asked, output_format=pillow_format.lower() if asked else None)

    assert data[pixels_from:] in result.original
    assert (result.width, result.height) == (300, 200)
    assert result.sha256 == hashlib.sha256(result.original).hexdigest()
    assert result.media_type == f"image/{pillow_format.lower()}"


@settings(max_examples=60)
@given(
    file=FILES, width=SIDES, height=SIDES, asked=st.tuples(SIDES, SIDES), output=st.sampled_from([None, *ImageFormat])
)
@unforked()
def test_any_picture_comes_out_in_exactly_the_size_and_format_asked(
    file: tuple[str, str], width: int, height: int, asked: tuple[int, int], output: ImageFormat | None
) -> None:
    pillow_format, mode = file
    data = encoded(a_picture(width, height, mode), pillow_format)

    result = process(data, size=Size(*asked), output_format=output)

    picture = decoded(result.original)
    assert picture.size == (result.width, result.height) == asked
    assert picture.format == (output or pillow_format).upper()
    assert decoded(result.preview).size == asked
    assert max(decoded(result.thumbnail).size) <= 320


@pytest.mark.parametrize(("width", "height"), [(4000, 3), (3, 4000)])
@pytest.mark.parametrize("asked", [(64, 64), (3, 2000), (2000, 3)])
@pytest.mark.parametrize("watermark", [None, "© Easel " * 12])
def test_the_thinnest_pictures_come_out_in_exactly_the_size_asked(
    width: int, height: int, asked: tuple[int, int], watermark: str | None
) -> None:
    result = process(encoded(a_picture(width, height), "PNG"), size=Size(*asked), watermark=watermark)

    assert decoded(result.original).size == asked


def test_a_wider_picture_is_cut_around_its_centre_and_not_squeezed() -> None:
    picture = Image.new("RGB", (300, 100), "red")
    picture.paste("blue", (100, 0, 200, 100))

    result = decoded(process(encoded(picture, "PNG"), size=Size(50, 50)).original)

    assert colour_at(result, 1, 25) == colour_at(result, 48, 25) == (0, 0, 255)


@pytest.mark.parametrize(
    ("asked", "media_type", "extension"), [("jpeg", "image/jpeg", "jpg"), ("webp", "image/webp", "webp")]
)
def test_another_format_is_converted_to(asked: str, media_type: str, extension: str) -> None:
    result = process(encoded(a_picture(64, 64), "PNG"), output_format=asked)

    assert (result.media_type, result.extension) == (media_type, extension)
    assert decoded(result.original).format == asked.upper()


def test_transparency_becomes_white_in_jpeg_and_stays_in_webp() -> None:
    data = encoded(Image.new("RGBA", (40, 40), (0, 0, 0, 0)), "PNG")

    assert colour_at(decoded(process(data, output_format="jpeg").original), 20, 20) == (255, 255, 255)
    assert decoded(process(data, output_format="webp").original).getpixel((20, 20)) == (0, 0, 0, 0)


def test_sixteen_bit_grey_keeps_its_levels() -> None:
    data = encoded(Image.new("I;16", (40, 40), 0x4040), "PNG")

    assert colour_at(decoded(process(data, size=Size(20, 20)).original), 5, 5) == (0x40, 0x40, 0x40)


@pytest.mark.parametrize(
    ("width", "height", "preview", "thumbnail"),
    [
        (2048, 2048, (1024, 1024), (320, 320)),
        (1600, 900, (1024, 576), (320, 180)),
        (1000, 400, (1000, 400), (320, 128)),
        (200, 100, (200, 100), (200, 100)),
    ],
)
@pytest.mark.parametrize("pillow_format", ["PNG", "JPEG"])
@pytest.mark.requirement("S000-76", "S003-36")
def test_variants_are_webp_keep_the_shape_and_never_grow(
    pillow_format: str, width: int, height: int, preview: tuple[int, int], thumbnail: tuple[int, int]
) -> None:
    result = process(encoded(a_picture(width, height), pillow_format))

    assert (decoded(result.preview).size, decoded(result.preview).format) == (preview, "WEBP")
    assert (decoded(result.thumbnail).size, decoded(result.thumbnail).format) == (thumbnail, "WEBP")


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("asked", [None, Size(30, 60)])
def test_size_and_variants_follow_the_exif_orientation(orientation: int, asked: Size | None) -> None:
    upright = Image.new("RGB", (80, 160), "white")
    upright.paste("red", (0, 0, 80, 40))
    undo = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    stored = upright.transpose(undo) if undo is not None else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(stored, "JPEG", exif=exif.tobytes(), quality=95)

    result = process(data, size=asked)

    preview = decoded(result.preview)
    assert preview.size == (result.width, result.height) == ((30, 60) if asked else (80, 160))
    red, green, _ = colour_at(preview, preview.width // 2, 2)
    assert red > 200
    assert green < 60
    assert min(colour_at(preview, preview.width // 2, preview.height - 2)) > 200


def test_metadata_does_not_travel_into_what_is_encoded_anew_but_the_colour_profile_does() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    data = encoded(a_picture(80, 80), "JPEG", exif=exif.tobytes(), comment=b"secret", icc_profile=SRGB)

    result = process(data, size=Size(40, 40))

    for made in (result.original, result.preview, result.thumbnail):
        picture = decoded(made)
        assert b"taken at home" not in made
        assert "comment" not in picture.info
        assert not picture.getexif()
        assert picture.info["icc_profile"] == SRGB


def test_the_profile_of_ink_colours_is_not_put_on_rgb() -> None:
    data = encoded(a_picture(80, 80, "CMYK"), "JPEG", icc_profile=SRGB)

    assert "icc_profile" not in decoded(process(data).preview).info


def test_the_blurhash_shows_the_picture_in_rough() -> None:
    picture = Image.new("RGB", (400, 200), (250, 10, 10))
    picture.paste((10, 10, 250), (200, 0, 400, 200))

    text = process(encoded(picture, "PNG")).blurhash

    assert blurhash.components(text) == (4, 3)
    left, *_, right = blurhash.decode(text, 8, 4)[2]
    assert left[0] > 2 * left[2]
    assert right[2] > 2 * right[0]


def test_the_blurhash_of_a_known_picture_is_as_published() -> None:
    # Black has a DC term of 0 and no AC terms: size flag 21 = "L", maximum "0", "0000", then eleven times the middle.
    assert process(encoded(Image.new("RGB", (64, 64)), "PNG")).blurhash == "L00000" + "fQ" * 11


def test_a_large_jpeg_keeps_its_detail_when_only_the_format_changes() -> None:
    data = encoded(noise().resize((2048, 2048), Image.Resampling.NEAREST), "JPEG", quality=95)

    result = process(data, output_format="png")

    assert decoded(result.original).tobytes() == decoded(data).tobytes()


@pytest.mark.parametrize("pillow_format", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("asked", [None, Size(64, 64)])
@pytest.mark.parametrize("watermark", [None, "© Easel"])
def test_the_same_bytes_give_the_same_bytes(pillow_format: str, asked: Size | None, watermark: str | None) -> None:
    data = encoded(a_picture(200, 150), pillow_format)

    assert process(data, size=asked, watermark=watermark) == process(data, size=asked, watermark=watermark)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    pillow_format=st.sampled_from(["PNG", "JPEG", "WEBP"]),
    kept=st.floats(min_value=0, max_value=0.9),
    asked=st.sampled_from([None, Size(20, 20)]),
)
@unforked()
def test_a_picture_cut_short_is_rejected(pillow_format: str, kept: float, asked: Size | None) -> None:
    data = encoded(noise(), pillow_format)

    with pytest.raises(ImageRejected):
        process(data[: int(len(data) * kept)], size=asked)


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(
    file=FILES,
    damage=st.lists(st.tuples(st.floats(min_value=0, max_value=1), st.binary(min_size=1, max_size=8)), max_size=4),
)
@unforked()
def test_a_damaged_picture_is_processed_or_rejected_and_never_crashes(
    file: tuple[str, str], damage: list[tuple[float, bytes]]
) -> None:
    pillow_format, mode = file
    data = bytearray(encoded(a_picture(60, 40, mode), pillow_format))
    for place, junk in damage:
        start = int(place * len(data))
        data[start : start + len(junk)] = junk
    try:
        result = process(bytes(data), size=Size(30, 30))
    except ImageRejected:
        return
    assert decoded(result.original).size == (30, 30)


def test_a_small_file_that_would_unpack_to_a_huge_picture_is_rejected() -> None:
    width = height = 16_000
    rows = zlib.compress(bytes((width + 1) * 16))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")

    with pytest.raises(ImageRejected, match="at most 40000000"):
        process(data)


def test_a_picture_with_unreadable_metadata_is_still_a_picture() -> None:
    data = encoded(a_picture(60, 40), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x09garbage")

    assert process(data).width == 60


@pytest.mark.parametrize("side", [100, 65_500])
def test_a_jpeg_with_a_second_frame_header_of_another_size_is_rejected(side: int) -> None:
    data = encoded(a_picture(60, 40), "JPEG")
    frame = data.index(b"\xff\xc0")
    huge = b"\xff\xc0" + data[frame + 2 : frame + 5] + struct.pack(">HH", side, side) + data[frame + 9 : frame + 19]

    with pytest.raises(ImageRejected, match="contradicts itself"):
        process(data[: frame + 19] + huge + data[frame + 19 :])


def test_bytes_that_are_another_kind_of_picture_are_rejected() -> None:
    with pytest.raises(ImageRejected):
        process(encoded(a_picture(60, 40), "GIF"))


def noise() -> Image.Image:
    """Hardly compressible, so that cutting the file always cuts pixels; the same each time."""
    grey = bytes(zlib.crc32(index.to_bytes(4, "big")) & 0xFF for index in range(64 * 64))
    return Image.frombytes("L", (64, 64), grey).convert("RGB")


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
