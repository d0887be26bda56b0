"""What a picture may cost: known tricks are counted before anything is decoded, others end by time and memory."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image, ImageChops
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
from easel.imaging.pixels import resize

if TYPE_CHECKING:
    from collections.abc import Callable

LARGE = 6300
"""Squared, just below forty megapixels."""
SMALLEST = 512
"""The least memory that image workers can be given, in megabytes."""


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

    assert refused.value.reason is RejectionReason.TOO_MUCH_MEMORY


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


REFERENCES: dict[str, Callable[[], bytes]] = {
    "png of sixteen bits, transparent": lambda: clear_png(6000, 16),
    "jpeg": lambda: encoded(a_picture(LARGE, LARGE), "JPEG", quality=10),
}


@pytest.mark.parametrize("kind", list(REFERENCES))
def test_references_of_forty_megapixels_fit_into_the_smallest_worker(kind: str) -> None:
    cleaned = clean_picture(REFERENCES[kind](), limits=FOREIGN.within(SMALLEST))

    assert max(cleaned.width, cleaned.height) == VENDOR_SIDE


def of_a_vendor(pillow_format: str, **settings: Any) -> bytes:
    return encoded(a_picture(4096, 4096), pillow_format, **settings)


def half_clear_png() -> bytes:
    picture = a_picture(3840, 2160)
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    return encoded(picture, "PNG", compress_level=1)


DELIVERED: dict[str, tuple[Callable[[], bytes], str | None]] = {
    "png": (lambda: of_a_vendor("PNG", compress_level=1), "webp"),
    "jpeg": (lambda: of_a_vendor("JPEG", progressive=True, subsampling=0), None),
    "webp": (lambda: of_a_vendor("WEBP", lossless=True, quality=0, method=0), None),
    "transparent": (half_clear_png, "webp"),
}
"""What the catalogue's models make at most, and the format that was asked for."""


@pytest.mark.parametrize("kind", list(DELIVERED))
def test_the_largest_pictures_of_vendors_fit_into_the_smallest_worker_with_a_watermark(kind: str) -> None:
    made, output_format = DELIVERED[kind]

    finished = process(made(), output_format=output_format, watermark="Easel")

    assert finished.width in {3840, 4096}


@pytest.mark.parametrize(("worker_mb", "mebibytes"), [(512, 300), (600, 388), (768, 512), (3_008, 512)])
def test_a_worker_spares_what_it_does_not_need_itself_and_never_more_than_uploads_may_take(
    worker_mb: int, mebibytes: int
) -> None:
    assert FOREIGN.within(worker_mb) == replace(FOREIGN, memory_bytes=mebibytes * MEBIBYTE)


def test_a_transparent_webp_is_scaled_to_what_can_be_encoded_within_the_memory() -> None:
    data = encoded(Image.new("RGBA", (4200, 2100), (90, 120, 200, 128)), "WEBP", method=0)

    assert 2048 < clean_picture(data, limits=FOREIGN.within(SMALLEST)).width < VENDOR_SIDE


def test_a_picture_that_would_not_fit_is_refused_by_its_header() -> None:
    data = webp_file([webp_chunk(b"VP8L", struct.pack("<BI", 0x2F, (LARGE - 1) | (LARGE - 1) << 14) + bytes(20))])

    for limits, most in ((FOREIGN, 512), (FOREIGN.within(SMALLEST), 300)):
        with pytest.raises(ImageRejected, match=rf"needs 605 MiB of memory; at most {most}") as refused:
            inspect(data, limits)
        assert refused.value.reason is RejectionReason.TOO_MUCH_MEMORY


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "CMYK"])
@pytest.mark.parametrize(
    ("before", "after"),
    [((1000, 777), (413, 321)), ((300, 900), (299, 130)), ((90, 70), (200, 333)), ((40, 901), (3, 80))],
)
def test_a_picture_that_is_scaled_in_strips_is_as_pillow_makes_it(
    mode: str, before: tuple[int, int], after: tuple[int, int]
) -> None:
    picture = a_noise(mode, before)
    box = (before[0] * 0.1, before[1] * 0.07, before[0] * 0.93, before[1] * 0.98)

    scaled = resize(picture, after, box, gap=50.0)

    expected = picture.resize(after, Image.Resampling.LANCZOS, box)
    assert most_different(scaled, expected) <= 2


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_picture_that_is_averaged_in_strips_is_as_pillow_makes_it(mode: str) -> None:
    picture = a_noise(mode, (1500, 1201))

    scaled = resize(picture, (250, 200), (0.0, 0.0, 1500.0, 1201.0), gap=2.0)

    expected = picture.resize((250, 200), Image.Resampling.LANCZOS, reducing_gap=2.0)
    # With transparency it is rounded once more in between.
    assert most_different(scaled, expected) <= 3


def a_noise(mode: str, size: tuple[int, int]) -> Image.Image:
    """Noise without levels below 192: what is almost transparent has no exact colour."""
    return Image.merge(mode, [Image.effect_noise(size, 90).point(lambda level: level | 192) for _ in mode])


def most_different(one: Image.Image, other: Image.Image) -> int:
    """By how much the levels differ at most."""
    assert (one.mode, one.size) == (other.mode, other.size)
    extremes = ImageChops.difference(one, other).getextrema()
    return max(int(extreme[1]) for extreme in extremes if isinstance(extreme, tuple))


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
