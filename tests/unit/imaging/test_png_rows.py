"""A png whose last rows are missing is shown with its last row repeated; one that lacks more is refused."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.imaging.odd_base import HEIGHT, WIDTH, png
from tests.unit.imaging.odd_png import idat_of, png_file, with_idat, without_last_rows
from tests.unit.imaging.pictures import decoded
from tests.unit.imaging.test_pillow_processor import process
from tests.unit.imaging.unforked import unforked

from easel.errors import ImageRejected
from easel.imaging.foreign import clean_picture

PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
KINDS = [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 8), (4, 8), (4, 16), (6, 8), (6, 16)]


def rows(colour_type: int, depth: int, width: int, height: int, *, interlaced: bool) -> bytes:
    bits = depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour_type]
    passes = PASSES if interlaced else ((0, 0, 1, 1),)
    lines = []
    for left, top, across, down in passes:
        columns, count = (width - left + across - 1) // across, (height - top + down - 1) // down
        if columns > 0 and count > 0:
            size = (columns * bits + 7) // 8
            lines += [
                bytes([number % 5]) + bytes((number * 7 + at) % 2 for at in range(size)) for number in range(count)
            ]
    return b"".join(lines)


def drawn(colour_type: int, depth: int, width: int, height: int, *, interlaced: bool, cut: int = 0) -> bytes:
    raw = rows(colour_type, depth, width, height, interlaced=interlaced)
    stream = zlib.compress(raw[: len(raw) - cut])
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, interlaced)
    palette = [(b"PLTE", bytes(range(256)) * 3)] if (colour_type, depth) == (3, 8) else [(b"PLTE", bytes(6))]
    chunks = [(b"IHDR", header), *(palette if colour_type == 3 else []), (b"IDAT", stream), (b"IEND", b"")]
    return png_file(chunks)


@pytest.mark.parametrize(("colour_type", "depth"), KINDS)
@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize(("width", "height"), [(37, 50), (1, 1), (3, 2), (5, 130)])
def test_a_whole_png_of_any_kind_stays_as_it_is(
    colour_type: int,
    depth: int,
    interlaced: bool,  # noqa: FBT001 - pytest gives it by name
    width: int,
    height: int,
) -> None:
    data = drawn(colour_type, depth, width, height, interlaced=interlaced)

    with unforked():
        assert clean_picture(data).data == data


@pytest.mark.parametrize(("colour_type", "depth"), KINDS)
@pytest.mark.parametrize("interlaced", [False, True])
def test_a_png_of_any_kind_that_lacks_its_last_bytes_is_completed(
    colour_type: int,
    depth: int,
    interlaced: bool,  # noqa: FBT001 - drawn by pytest
) -> None:
    data = drawn(colour_type, depth, 40, 60, interlaced=interlaced, cut=5)

    with unforked():
        cleaned = clean_picture(data)

    whole = decoded(drawn(colour_type, depth, 40, 60, interlaced=interlaced)).convert("RGBA")
    after = decoded(cleaned.data).convert("RGBA")
    assert after.size == (40, 60)
    # A row or two of the last pass, and nothing else, may differ.
    assert after.crop((0, 0, 40, 50)).tobytes() == whole.crop((0, 0, 40, 50)).tobytes()


def test_missing_rows_repeat_the_last_one() -> None:
    after = decoded(clean_picture(without_last_rows(3)).data)

    last = after.crop((0, HEIGHT - 4, WIDTH, HEIGHT - 3)).tobytes()
    assert [after.crop((0, row, WIDTH, row + 1)).tobytes() for row in range(HEIGHT - 3, HEIGHT)] == [last] * 3


@pytest.mark.parametrize("missing", range(HEIGHT + 1))
def test_up_to_a_twelfth_of_the_rows_may_be_missing(missing: int) -> None:
    data = without_last_rows(missing)

    for use in (clean_picture, process):
        with unforked():
            if missing * 12 <= HEIGHT:
                use(data)
                continue
            with pytest.raises(ImageRejected, match="rows are missing"):
                use(data)


def test_a_vendors_picture_is_stored_with_all_its_rows() -> None:
    result = process(without_last_rows(2))

    assert decoded(result.original).size == (WIDTH, HEIGHT)


@settings(max_examples=150, deadline=None)
@given(place=st.floats(0, 1), junk=st.binary(min_size=1, max_size=6), kept=st.floats(0.5, 1))
def test_damaged_compressed_rows_are_completed_or_refused(place: float, junk: bytes, kept: float) -> None:
    stream = bytearray(idat_of(png()))
    start = int(place * len(stream))
    stream[start : start + len(junk)] = junk
    with unforked():
        try:
            cleaned = clean_picture(with_idat(bytes(stream[: int(len(stream) * kept)])))
        except ImageRejected:
            return
    assert decoded(cleaned.data).size == (WIDTH, HEIGHT)


def test_what_hides_behind_the_compressed_rows_does_not_travel() -> None:
    cleaned = clean_picture(with_idat(idat_of(png()) + b"Baker Street 221b"))

    assert cleaned.data == png()
