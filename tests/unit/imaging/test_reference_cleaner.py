"""Reference pictures reach vendors whole, upright and with nothing to tell; what is no picture reaches nobody."""

from __future__ import annotations

import io
import os
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin
from tests.unit.imaging.pictures import (
    a_jpeg_header,
    a_picture,
    a_png_header,
    an_extended_webp_header,
    decoded,
    encoded,
    signed,
    xmp_of,
)
from tests.unit.imaging.test_pillow_processor import FILES, SRGB, colour_at, noise
from tests.unit.imaging.unforked import unforked

from easel.domain.provider import ReferenceImage
from easel.errors import ImageRejected
from easel.imaging.containers import jpeg_segment, png_chunk, webp_chunk, webp_file
from easel.imaging.foreign import VENDOR_BYTES, VENDOR_SIDE
from easel.imaging.formats import ImageFormat
from easel.imaging.limits import FOREIGN
from easel.imaging.reference_cleaner import PillowReferenceCleaner

FORMATS = ["PNG", "JPEG", "WEBP"]
SECRET = b"Baker Street 221b"
MAKER, ORIENTATION, GPS, LATITUDE_REF, LATITUDE = 0x010F, 0x0112, 0x8825, 1, 2


def clean(data: bytes) -> ReferenceImage:
    cleaner = PillowReferenceCleaner(FOREIGN.within(512))
    return cleaner.clean(ReferenceImage(data, "image/png", "holiday in Baker Street.png"))


def home(orientation: int = 1) -> bytes:
    """EXIF as a telephone writes it: where, with what, which way up."""
    exif = Image.Exif()
    exif[MAKER] = SECRET.decode()
    exif[ORIENTATION] = orientation
    exif.get_ifd(GPS).update({LATITUDE_REF: "N", LATITUDE: (51.0, 31.0, 25.0)})
    return exif.tobytes()


def talkative(pillow_format: str, picture: Image.Image | None = None, orientation: int = 1) -> bytes:
    """A picture with metadata in every place that its format has for it."""
    settings: dict[str, Any] = {"exif": home(orientation), "icc_profile": SRGB}
    xmp = b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"
    if pillow_format == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_text("Comment", SECRET.decode())
        info.add_text("Author", SECRET.decode(), zip=True)
        info.add_itxt("XML:com.adobe.xmp", xmp.decode())
        settings["pnginfo"] = info
    else:
        settings["xmp"] = xmp
    if pillow_format == "JPEG":
        settings["comment"] = SECRET
    data = encoded(picture or a_picture(300, 200), pillow_format, **settings)
    return _with_private_parts(data)


def _with_private_parts(data: bytes) -> bytes:
    if data.startswith(b"\x89PNG"):
        private = png_chunk(b"tIME", bytes(7)) + png_chunk(b"prVt", SECRET)
        return data[:33] + private + data[33:] + SECRET
    if data.startswith(b"\xff\xd8"):
        private = b"".join(jpeg_segment(bytes([marker]), SECRET) for marker in (0xE0, 0xE2, 0xED, 0xEB, 0xEE, 0xFE))
        # A telephone appends a second, complete picture with its own EXIF.
        return data[:20] + private + data[20:] + data[:2] + jpeg_segment(b"\xe1", home()) + SECRET
    return webp_file([data[12:], webp_chunk(b"prVt", SECRET)]) + SECRET


def tells(data: bytes) -> bool:
    """Whether anything private can be found, by looking at the bytes and by asking Pillow."""
    picture = decoded(data)
    exif = picture.getexif()
    notes = set(picture.info) & {"comment", "Comment", "Author", "exif", "xmp", "XML:com.adobe.xmp", "photoshop"}
    return SECRET in data or b"Exif" in data or bool(len(exif) or exif.get_ifd(GPS) or notes or xmp_of(data))


@pytest.mark.parametrize("pillow_format", FORMATS)
def test_nothing_private_survives_and_no_pixel_changes(pillow_format: str) -> None:
    data = talkative(pillow_format)
    assert tells(data)

    cleaned = clean(data)

    before, after = decoded(data), decoded(cleaned.data)
    assert not tells(cleaned.data)
    assert (after.format, after.size, after.tobytes()) == (pillow_format, before.size, before.tobytes())
    assert after.info["icc_profile"] == SRGB
    assert cleaned.media_type == f"image/{pillow_format.lower()}"
    assert "Baker" not in cleaned.filename


@pytest.mark.parametrize("pillow_format", FORMATS)
def test_a_signed_history_goes_too(pillow_format: str) -> None:
    cleaned = clean(signed(encoded(a_picture(60, 40), pillow_format)))

    assert b"c2pa" not in cleaned.data


def test_metadata_between_the_scans_of_a_jpeg_goes_too() -> None:
    data = encoded(noise(), "JPEG", progressive=True)
    second_scan = data.index(b"\xff\xda", data.index(b"\xff\xda") + 2)
    tables = data.rindex(b"\xff\xc4", 0, second_scan)
    talking = data[:tables] + jpeg_segment(b"\xe1", home()) + jpeg_segment(b"\xfe", SECRET) + data[tables:]
    assert SECRET in talking

    cleaned = clean(talking)

    assert cleaned.data == clean(data).data
    assert decoded(cleaned.data).tobytes() == decoded(data).tobytes()


@pytest.mark.parametrize("pillow_format", FORMATS)
@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_turned_picture_is_set_upright_because_its_metadata_goes(pillow_format: str, orientation: int) -> None:
    upright = Image.new("RGB", (80, 160), "white")
    upright.paste("red", (0, 0, 80, 40))
    undo = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}[orientation]

    cleaned = clean(talkative(pillow_format, upright.transpose(undo), orientation))

    after = decoded(cleaned.data)
    assert (after.format, after.size) == (pillow_format, (80, 160))
    red, green, _ = colour_at(after, 40, 5)
    assert red > 200
    assert green < 60
    assert not tells(cleaned.data)


@settings(max_examples=80, deadline=None)
@given(
    file=FILES,
    orientation=st.integers(1, 8),
    width=st.integers(1, 80),
    height=st.integers(1, 80),
)
@unforked()
def test_metadata_never_survives_whatever_the_picture_is(
    file: tuple[str, str], orientation: int, width: int, height: int
) -> None:
    pillow_format, mode = file
    data = encoded(a_picture(width, height, mode), pillow_format, exif=home(orientation))

    cleaned = clean(data)

    assert not tells(cleaned.data)
    assert sorted(decoded(cleaned.data).size) == sorted((width, height))
    assert clean(data) == cleaned
    assert clean(cleaned.data).data == cleaned.data


@settings(max_examples=200, deadline=None)
@given(
    pillow_format=st.sampled_from(FORMATS),
    damage=st.lists(st.tuples(st.floats(min_value=0, max_value=1), st.binary(min_size=1, max_size=8)), max_size=4),
)
@unforked()
def test_a_damaged_picture_is_cleaned_or_refused_and_never_crashes(
    pillow_format: str, damage: list[tuple[float, bytes]]
) -> None:
    data = bytearray(talkative(pillow_format, a_picture(60, 40)))
    for place, junk in damage:
        start = int(place * len(data))
        data[start : start + len(junk)] = junk
    try:
        cleaned = clean(bytes(data))
    except ImageRejected:
        return
    assert decoded(cleaned.data).size in {(60, 40), (40, 60)}


@pytest.mark.parametrize("pillow_format", FORMATS)
@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9])
def test_a_picture_cut_short_is_refused_before_a_vendor_charges_for_it(pillow_format: str, kept: float) -> None:
    data = encoded(noise(), pillow_format)

    with pytest.raises(ImageRejected):
        clean(data[: int(len(data) * kept)])


@pytest.mark.parametrize(
    "bomb",
    [a_png_header(65_000, 65_000), a_jpeg_header(65_000, 65_000), an_extended_webp_header(65_000, 65_000)],
    ids=FORMATS,
)
def test_a_bomb_is_refused_by_its_header(bomb: bytes) -> None:
    with pytest.raises(ImageRejected, match="65000x65000 pixels; at most"):
        clean(bomb)


def test_a_file_of_countless_empty_parts_is_refused() -> None:
    data = encoded(a_picture(60, 40), "PNG")

    with pytest.raises(ImageRejected, match="too many parts"):
        clean(data[:33] + png_chunk(b"prVt", b"") * 300_000 + data[33:])


@pytest.mark.parametrize("pillow_format", FORMATS)
def test_a_picture_larger_than_vendors_take_becomes_smaller(pillow_format: str) -> None:
    cleaned = clean(encoded(a_picture(5000, 2500), pillow_format))

    after = decoded(cleaned.data)
    assert (after.format, after.size) == (pillow_format, (VENDOR_SIDE, VENDOR_SIDE // 2))


@pytest.mark.parametrize(("mode", "media_type"), [("RGB", "image/jpeg"), ("RGBA", "image/webp")])
def test_a_file_heavier_than_vendors_take_becomes_lighter(mode: str, media_type: str) -> None:
    side, bands = 1700, len(mode)
    grain = Image.frombytes(mode, (side, side), os.urandom(side * side * bands))
    data = encoded(grain, "PNG", compress_level=0)
    assert len(data) > VENDOR_BYTES

    cleaned = clean(data)

    assert len(cleaned.data) <= VENDOR_BYTES
    assert cleaned.media_type == media_type
    assert decoded(cleaned.data).mode == mode
    assert cleaned.filename.endswith(cleaned.media_type.removeprefix("image/").replace("jpeg", "jpg"))


def test_only_the_first_picture_of_an_animation_is_shown() -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue")]
    target = io.BytesIO()
    frames[0].save(target, "WEBP", save_all=True, append_images=frames[1:], lossless=True)

    after = decoded(clean(target.getvalue()).data)

    assert getattr(after, "n_frames", 1) == 1
    assert colour_at(after, 20, 15)[0] > 240


def test_ink_colours_become_those_of_a_screen() -> None:
    assert decoded(clean(encoded(a_picture(60, 40, "CMYK"), "JPEG")).data).mode == "RGB"


def test_a_thumbnail_within_a_jpeg_goes() -> None:
    data = encoded(a_picture(60, 40), "JPEG")
    (length,) = struct.unpack_from(">H", data, 4)
    thumbnail = jpeg_segment(b"\xe0", data[6:18] + b"\x02\x02" + b"ABCDEFGHIJKL")
    talking = data[:2] + thumbnail + data[4 + length :]
    assert decoded(talking).size == (60, 40)

    assert b"ABCDEFGHIJKL" not in clean(talking).data


@pytest.mark.parametrize("image_format", list(ImageFormat))
def test_what_tells_nothing_stays_as_it_is(image_format: ImageFormat) -> None:
    data = encoded(a_picture(60, 40), image_format.upper())

    assert clean(data).data == data
