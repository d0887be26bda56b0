"""What a picture may cost: known tricks are counted before anything is decoded, others end by time and memory."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from tests.unit.imaging.odd_base import jpeg, png, webp
from tests.unit.imaging.odd_jpeg import after_start, repeated_scan
from tests.unit.imaging.odd_png import after_header, bomb, idat_of, png_file, with_idat
from tests.unit.imaging.odd_webp import extended, moving_webp
from tests.unit.imaging.pictures import a_picture, decoded, encoded
from tests.unit.imaging.test_pillow_processor import process

from easel.errors import ImageRejected, RejectionReason
from easel.imaging.containers import jpeg_segment, png_chunk, webp_chunk, webp_file
from easel.imaging.foreign import VENDOR_SIDE, clean_picture
from easel.imaging.inspection import inspect
from easel.imaging.limits import FOREIGN, MEBIBYTE

if TYPE_CHECKING:
    from collections.abc import Callable

LARGE = 6300
"""Squared, just below forty megapixels."""


def many_scans(scans: int) -> bytes:
    return repeated_scan(scans, encoded(a_picture(4096, 4096, "L"), "JPEG", progressive=True, quality=30))


def clear_png(side: int, depth: int) -> bytes:
    """Transparent black, in four channels."""
    header = struct.pack(">IIBBBBB", side, side, depth, 6, 0, 0, 0)
    rows = zlib.compress(bytes((1 + side * depth // 2) * side), 1)
    return png_file([(b"IHDR", header), (b"IDAT", rows), (b"IEND", b"")])


TRICKS: dict[str, Callable[[], bytes]] = {
    "thousands of scans": lambda: many_scans(3000),
    "scans of a small picture": lambda: repeated_scan(3000),
    "compressed rows without end": lambda: bomb(300_000_000),
    "chunks": lambda: after_header(png_chunk(b"prVt", b"") * 800_000),
    "segments": lambda: after_start(jpeg_segment(b"\xfe", b"") * 2_000_000),
    "restart markers": lambda: after_start(b"\xff\xd0" * 2_000_000),
    "webp chunks": lambda: extended(webp_chunk(b"prVt", b"") * 1_000_000),
    "tables": lambda: after_start(jpeg_segment(b"\xdd", b"\0\0") * 20_000),
}


@pytest.mark.parametrize("trick", list(TRICKS))
def test_a_known_trick_is_counted_and_refused(trick: str) -> None:
    with pytest.raises(ImageRejected, match=r"at most|more than") as refused:
        clean_picture(TRICKS[trick]())

    assert refused.value.reason is RejectionReason.TOO_COMPLEX


def test_a_trick_that_nobody_counts_is_ended_by_its_processor_time() -> None:
    blind = replace(FOREIGN, scans=10**9, scanned_pixels=10**18, cpu_seconds=0.4)

    with pytest.raises(ImageRejected, match="CPU time") as refused:
        clean_picture(many_scans(3000), limits=blind)

    assert refused.value.reason is RejectionReason.TOO_COMPLEX


def test_a_trick_that_nobody_counts_is_ended_by_its_memory() -> None:
    blind = replace(FOREIGN, memory_bytes=40 * MEBIBYTE)
    data = clear_png(4000, 8)

    with pytest.raises(ImageRejected, match="memory") as refused:
        clean_picture(data, limits=blind)

    assert refused.value.reason is RejectionReason.TOO_COMPLEX


@pytest.mark.parametrize(
    "data",
    [
        b"\xff" * 5_000_000,
        b"\xff\x00" * 2_000_000,
        b"\xff\xd7" * 2_000_000,
        b"\xff\xda" * 1_000,
        b"\xff\xda\x00\x02" * 1_000,
    ],
    ids=["fill", "stuffing", "restarts", "scans", "empty scans"],
)
def test_no_run_of_bytes_in_a_jpeg_keeps_the_inspection_busy(data: bytes) -> None:
    scan = jpeg().index(b"\xff\xda") + 14
    for odd in (jpeg()[:scan] + data + jpeg()[scan:], jpeg()[:2] + data + jpeg()[2:]):
        try:
            cleaned = clean_picture(odd)
        except ImageRejected as refused:
            # Not by its time: the inspection is linear.
            assert "CPU" not in refused.message  # noqa: PT017 - a picture may be accepted as well
        else:
            assert decoded(cleaned.data).size == (64, 48)


def test_of_thousands_of_frames_the_first_is_taken_and_no_other_decoded() -> None:
    frames = moving_webp(2000)

    assert len(clean_picture(frames).data) < len(frames) / 20
    assert decoded(clean_picture(frames).data).size == (64, 48)


def test_a_picture_that_was_paid_for_may_take_more() -> None:
    data = repeated_scan(390)

    assert process(data).width == 64
    with pytest.raises(ImageRejected, match="scans"):
        clean_picture(data)


LARGEST: dict[str, Callable[[], bytes]] = {
    "RGBA of sixteen bits, 6000x6000": lambda: clear_png(6000, 16),
    "webp": lambda: encoded(a_picture(LARGE, LARGE), "WEBP", quality=10, method=0),
}


@pytest.mark.parametrize("kind", list(LARGEST))
def test_the_largest_pictures_fit_into_the_memory_that_one_may_take(kind: str) -> None:
    data = LARGEST[kind]()

    assert max(decoded(clean_picture(data).data).size) == VENDOR_SIDE
    assert process(data).width >= 6000


def test_a_picture_that_would_not_fit_is_refused_by_its_header() -> None:
    signature_and_size = b"\x2f" + struct.pack("<I", (LARGE - 1) | (LARGE - 1) << 14)
    data = webp_file([webp_chunk(b"VP8L", signature_and_size + bytes(20))])

    with pytest.raises(ImageRejected, match=r"needs \d+ MiB of memory; at most 512") as refused:
        inspect(data, FOREIGN)

    assert refused.value.reason is RejectionReason.TOO_COMPLEX


def test_a_picture_that_cannot_be_made_small_enough_is_refused_and_not_tried_for_ever() -> None:
    with pytest.raises(ImageRejected, match="does not fit into 100 bytes"):
        clean_picture(png(), max_bytes=100)


@pytest.mark.parametrize("longest_side", [1, 7, 48, 64, 100])
def test_a_caller_chooses_how_large_a_clean_picture_is(longest_side: int) -> None:
    for data in (png(), jpeg(), webp()):
        cleaned = clean_picture(data, longest_side=longest_side)
        assert max(cleaned.width, cleaned.height) == min(64, longest_side)
        assert decoded(cleaned.data).size == (cleaned.width, cleaned.height)


def test_the_pixels_of_a_bomb_are_never_unpacked_beyond_what_is_counted() -> None:
    # Three hundred megabytes would not fit.
    with pytest.raises(ImageRejected, match="decompresses to more than its 9264 bytes"):
        clean_picture(bomb(300_000_000), limits=replace(FOREIGN, memory_bytes=48 * MEBIBYTE))


def test_a_few_rows_too_many_are_left_out() -> None:
    rows = zlib.decompress(idat_of(png()))

    cleaned = clean_picture(with_idat(zlib.compress(rows + b"secret" * 100)))

    assert zlib.decompress(idat_of(cleaned.data)) == rows


def test_transparency_does_not_shift_when_a_large_picture_is_averaged_in_strips() -> None:
    picture = Image.new("RGBA", (5000, 3001), (200, 10, 10, 255))
    picture.paste((0, 0, 0, 0), (2500, 0, 5000, 3001))

    small = decoded(clean_picture(encoded(picture, "PNG", compress_level=1), longest_side=500).data)

    assert small.size == (500, 300)
    assert small.getpixel((100, 299)) == (200, 10, 10, 255)
    assert small.getpixel((240, 150)) == (200, 10, 10, 255)
    assert small.getpixel((260, 150)) == (0, 0, 0, 0)
