"""A transparent colour (tRNS) is compared in the depth of the file, sixteen bits included."""

from __future__ import annotations

import struct
import zlib

import pytest
from tests.unit.imaging.odd_png import png_file
from tests.unit.imaging.pictures import decoded
from tests.unit.imaging.test_pillow_processor import process

from easel.domain.request import Size
from easel.imaging.foreign import clean_picture


def keyed(colour_type: int, depth: int, pixels: list[tuple[int, ...]], key: tuple[int, ...], times: int = 1) -> bytes:
    """A png of one row, repeated, of pixels given in its own depth."""
    bits = "".join(f"{level:0{depth}b}" for pixel in pixels for level in pixel)
    row = b"\0" + int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")
    header = struct.pack(">IIBBBBB", len(pixels), times, depth, colour_type, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"tRNS", struct.pack(f">{len(key)}H", *key)), (b"IDAT", zlib.compress(row * times))]
    return png_file([*chunks, (b"IEND", b"")])


CASES: list[tuple[int, int, list[tuple[int, ...]], tuple[int, ...], list[int]]] = [
    (0, 1, [(0,), (1,), (0,)], (1,), [255, 0, 255]),
    (0, 2, [(3,), (2,), (1,)], (2,), [255, 0, 255]),
    (0, 4, [(15,), (14,), (0,)], (15,), [0, 255, 255]),
    (0, 8, [(200,), (201,), (0,)], (200,), [0, 255, 255]),
    (0, 16, [(0x1234,), (0x1235,), (0x1334,)], (0x1234,), [0, 255, 255]),
    (2, 8, [(1, 2, 3), (1, 2, 4), (1, 2, 3)], (1, 2, 3), [0, 255, 0]),
    (
        2,
        16,
        [(0x0102, 0x0304, 0x0506), (0x0102, 0x0304, 0x0507), (0x0202, 0x0304, 0x0506)],
        (0x0102, 0x0304, 0x0506),
        [0, 255, 255],
    ),
    (0, 4, [(15,), (14,), (0,)], (0x010F,), [255, 255, 255]),
]


@pytest.mark.parametrize(("colour_type", "depth", "pixels", "key", "expected"), CASES)
def test_a_vendors_picture_that_is_encoded_anew_is_clear_where_the_colour_is(
    colour_type: int, depth: int, pixels: list[tuple[int, ...]], key: tuple[int, ...], expected: list[int]
) -> None:
    data = keyed(colour_type, depth, pixels, key, times=2)

    result = process(data, output_format="webp")

    assert decoded(result.original).convert("RGBA").getchannel("A").tobytes() == bytes(expected * 2)


@pytest.mark.parametrize(("colour_type", "depth", "pixels", "key", "expected"), CASES)
def test_a_reference_keeps_the_colour_in_its_own_depth(
    colour_type: int, depth: int, pixels: list[tuple[int, ...]], key: tuple[int, ...], expected: list[int]
) -> None:
    data = keyed(colour_type, depth, pixels, key)

    assert clean_picture(data).data == data


@pytest.mark.parametrize("depth", [8, 16])
def test_a_large_reference_shrinks_with_its_transparency(depth: int) -> None:
    clear, opaque = (7, 7, 7), (7, 7, 8)
    pixels: list[tuple[int, ...]] = [*[clear] * 2500, *[opaque] * 2500]
    data = keyed(2, depth, pixels, clear, times=40)

    cleaned = decoded(clean_picture(data).data)

    assert cleaned.size == (4096, 33)
    alpha = cleaned.getchannel("A")
    assert (alpha.getpixel((10, 10)), alpha.getpixel((4000, 10))) == (0, 255)


def test_a_palette_with_transparent_entries_stays_so() -> None:
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", 20, 10, 8, 3, 0, 0, 0)),
        (b"PLTE", bytes([255, 0, 0, 0, 255, 0])),
        (b"tRNS", b"\0"),
        (b"IDAT", zlib.compress((b"\0" + bytes(10) + b"\1" * 10) * 10)),
        (b"IEND", b""),
    ]

    result = process(png_file(chunks), size=Size(20, 10), output_format="webp")

    assert decoded(result.original).convert("RGBA").getchannel("A").tobytes() == (bytes(10) + b"\xff" * 10) * 10
