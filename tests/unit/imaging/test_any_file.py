"""Whatever is done to a real file, part by part or byte by byte: it is a picture afterwards, or refused as none."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.unit.imaging.odd_base import jpeg, png, webp
from tests.unit.imaging.odd_jpeg import noisy_jpeg, telephone_pair
from tests.unit.imaging.odd_png import animation, noisy_png
from tests.unit.imaging.odd_webp import moving_webp
from tests.unit.imaging.pictures import a_picture, decoded, encoded
from tests.unit.imaging.test_pillow_processor import process
from tests.unit.imaging.test_reference_cleaner import talkative
from tests.unit.imaging.unforked import unforked

from easel.errors import ImageRejected
from easel.imaging.containers import jpeg_segment, png_chunk, webp_chunk
from easel.imaging.foreign import clean_picture

if TYPE_CHECKING:
    from collections.abc import Callable

FILES: dict[str, list[bytes]] = {
    "png": [png(), noisy_png(), png("P"), png("RGBA"), png("I;16"), animation(noisy_png()), talkative("PNG")],
    "jpeg": [jpeg(), jpeg("L"), jpeg("CMYK"), noisy_jpeg(progressive=True), telephone_pair(), talkative("JPEG")],
    "webp": [webp(), webp("RGBA"), webp(lossless=True), moving_webp(3), talkative("WEBP")],
    "gif": [encoded(a_picture(30, 20, "P"), "GIF")],
}
WHOLE = [data for files in FILES.values() for data in files]


def png_parts(data: bytes) -> list[bytes]:
    parts, position = [data[:8]], 8
    while position < len(data):
        (length,) = struct.unpack_from(">I", data.ljust(position + 4, b"\0"), position)
        parts.append(data[position : position + 12 + length])
        position += 12 + length
    return parts


def jpeg_parts(data: bytes) -> list[bytes]:
    return [data[:2], *(b"\xff" + part for part in data[3:].split(b"\xff"))]


def webp_parts(data: bytes) -> list[bytes]:
    parts, position = [data[:12]], 12
    while position < len(data):
        (length,) = struct.unpack_from("<I", data.ljust(position + 8, b"\0"), position + 4)
        parts.append(data[position : position + 8 + length + length % 2])
        position += 8 + length + length % 2
    return parts


def new_png_part(kind: bytes, body: bytes) -> bytes:
    return png_chunk(kind.ljust(4, b"x")[:4], body)


def new_jpeg_part(kind: bytes, body: bytes) -> bytes:
    return jpeg_segment((kind or b"\xe1")[:1], body)


def new_webp_part(kind: bytes, body: bytes) -> bytes:
    return webp_chunk(kind.ljust(4, b"x")[:4], body)


HOW: dict[str, tuple[Callable[[bytes], list[bytes]], Callable[[bytes, bytes], bytes], list[bytes]]] = {
    "png": (
        png_parts,
        new_png_part,
        [b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"iCCP", b"gAMA", b"eXIf", b"acTL", b"fcTL", b"fdAT", b"zTXt"],
    ),
    "jpeg": (jpeg_parts, new_jpeg_part, [bytes([marker]) for marker in range(0xC0, 0x100)]),
    "webp": (
        webp_parts,
        new_webp_part,
        [b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP", b"EXIF", b"XMP "],
    ),
}


@st.composite
def files_with_changed_parts(draw: st.DrawFn) -> bytes:
    name = draw(st.sampled_from(list(HOW)))
    split, new_part, kinds = HOW[name]
    first, *parts = split(draw(st.sampled_from(FILES[name])))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(parts)))
        match draw(st.sampled_from(["drop", "repeat", "move", "cut", "insert", "replace"])):
            case "drop":
                del parts[place : place + 1]
            case "repeat":
                parts[place:place] = parts[place : place + 1] * draw(st.integers(1, 30))
            case "move":
                parts.insert(draw(st.integers(0, len(parts))), parts.pop(place) if place < len(parts) else b"")
            case "cut" if place < len(parts):
                parts[place] = parts[place][: draw(st.integers(0, len(parts[place])))]
            case "insert":
                parts.insert(place, new_part(draw(st.sampled_from(kinds)), draw(st.binary(max_size=40))))
            case "replace" if place < len(parts):
                parts[place] = draw(st.binary(max_size=60))
    return first + b"".join(parts)


@st.composite
def files_with_changed_bytes(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(st.sampled_from(WHOLE)))
    for _ in range(draw(st.integers(1, 6))):
        # Most of what is decided stands at the beginning.
        place = draw(st.integers(0, min(200, len(data)))) if draw(st.booleans()) else draw(st.integers(0, len(data)))
        junk = draw(st.binary(min_size=1, max_size=6))
        data[place : place + (len(junk) if draw(st.booleans()) else 0)] = junk
    return bytes(data[: draw(st.integers(len(data) // 2, len(data)))])


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(files_with_changed_parts() | files_with_changed_bytes())
@unforked()
def test_a_changed_file_is_cleaned_or_refused(data: bytes) -> None:
    try:
        cleaned = clean_picture(data)
    except ImageRejected:
        return
    picture = decoded(cleaned.data)
    assert picture.size == (cleaned.width, cleaned.height)
    assert Image.MIME[picture.format or ""] == cleaned.media_type
    # It is clean, so cleaning it again finds nothing to do.
    assert clean_picture(cleaned.data) == cleaned


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(files_with_changed_parts() | files_with_changed_bytes())
@unforked()
def test_a_changed_file_of_a_vendor_is_finished_or_refused(data: bytes) -> None:
    try:
        result = process(data)
    except ImageRejected:
        return
    assert decoded(result.original).size == (result.width, result.height)
    assert decoded(result.preview).size == (result.width, result.height)


@pytest.mark.parametrize("data", WHOLE[:-1])
def test_each_of_the_files_is_accepted_unchanged(data: bytes) -> None:
    assert clean_picture(data).width in {64, 300}
    assert process(data).width in {64, 300}
