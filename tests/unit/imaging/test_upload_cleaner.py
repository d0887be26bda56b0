"""Uploads are stored complete, upright and without metadata, in their own size, with a thumbnail."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import replace

import pytest
from tests.unit.imaging.pictures import a_picture, a_png_header, decoded, encoded
from tests.unit.imaging.test_reference_cleaner import FORMATS, SECRET, talkative, tells

from easel.domain.provider import ReferenceImage
from easel.domain.upload import MAX_BYTES
from easel.errors import ImageRejected, RejectionReason
from easel.imaging.containers import png_chunk
from easel.imaging.foreign import VENDOR_SIDE
from easel.imaging.limits import FOREIGN, MEBIBYTE
from easel.imaging.reference_cleaner import PillowReferenceCleaner
from easel.imaging.upload_cleaner import THUMBNAIL_SIDE, PillowUploadCleaner


def clean(data: bytes) -> tuple[bytes, bytes]:
    cleaned = PillowUploadCleaner().clean(data)
    assert cleaned.sha256 == hashlib.sha256(cleaned.data).hexdigest()
    assert decoded(cleaned.data).size == (cleaned.width, cleaned.height)
    assert decoded(cleaned.data).get_format_mimetype() == cleaned.media_type  # type: ignore[attr-defined]  # of ImageFile
    return cleaned.data, cleaned.thumbnail


@pytest.mark.parametrize("pillow_format", FORMATS)
def test_nothing_private_survives_in_picture_or_thumbnail(pillow_format: str) -> None:
    data, thumbnail = clean(talkative(pillow_format))

    assert not tells(data)
    assert not tells(thumbnail)
    assert decoded(thumbnail).format == "WEBP"
    assert max(decoded(thumbnail).size) <= THUMBNAIL_SIDE


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_picture_is_stored_as_it_is_seen(orientation: int) -> None:
    picture = a_picture(300, 200)

    data, thumbnail = clean(talkative("JPEG", picture, orientation))

    upright = (300, 200) if orientation == 3 else (200, 300)
    assert decoded(data).size == upright
    assert decoded(thumbnail).size == upright


def test_an_upload_keeps_its_size_where_a_reference_would_be_scaled_down() -> None:
    data, _ = clean(encoded(a_picture(VENDOR_SIDE + 100, 50), "JPEG"))

    assert decoded(data).size == (VENDOR_SIDE + 100, 50)


def test_a_large_upload_has_a_copy_that_takes_a_worker_less_memory() -> None:
    data = encoded(a_picture(5000, 1000), "WEBP", quality=10, method=0)
    cleaner = PillowReferenceCleaner(replace(FOREIGN, memory_bytes=50 * MEBIBYTE))
    with pytest.raises(ImageRejected, match="needs 57 MiB"):
        cleaner.clean(ReferenceImage(data, "image/webp", "by address.webp"))

    copy = PillowUploadCleaner().clean(data).reference

    assert copy is not None
    assert decoded(cleaner.clean(copy).data).size == (VENDOR_SIDE, 819)


def test_an_upload_that_vendors_take_as_it_is_has_no_copy() -> None:
    assert PillowUploadCleaner().clean(encoded(a_picture(VENDOR_SIDE, 50), "JPEG")).reference is None


@pytest.mark.requirement("S000-35", "S000-54")
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", RejectionReason.NOT_A_PICTURE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", RejectionReason.NOT_A_PICTURE),
        (b"<?xml version='1.0'?><svg><script/></svg>", RejectionReason.NOT_A_PICTURE),
        (b"%PDF-1.7\n", RejectionReason.NOT_A_PICTURE),
        (b"GIF89a" + bytes(100), RejectionReason.NOT_A_PICTURE),
        (b"MZ" + bytes(100), RejectionReason.NOT_A_PICTURE),
        (encoded(a_picture(300, 200), "PNG")[:400], RejectionReason.DAMAGED),
        (encoded(a_picture(300, 200), "JPEG")[:700], RejectionReason.DAMAGED),
        (a_png_header(15_000, 15_000), RejectionReason.TOO_LARGE),
        (a_png_header(60_000, 1), RejectionReason.TOO_LARGE),
        (encoded(a_picture(30, 20), "PNG") + bytes(MAX_BYTES), RejectionReason.TOO_LARGE),
    ],
    ids=["empty", "svg", "xml", "pdf", "gif", "exe", "cut png", "cut jpeg", "bomb", "too wide", "10 MB and more"],
)
def test_what_is_no_picture_is_refused_with_the_true_reason(data: bytes, reason: RejectionReason) -> None:
    with pytest.raises(ImageRejected) as refused:
        clean(data)

    assert refused.value.reason is reason


def test_a_decompression_bomb_is_refused() -> None:
    header = a_png_header(30, 20)
    rows = zlib.compress(bytes(64 * 1024 * 1024), 9)

    with pytest.raises(ImageRejected):
        clean(header + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b""))


@pytest.mark.parametrize(
    "hidden", [b"<script>alert(1)</script>", b"PK\x03\x04" + bytes(200), b"<?php system('id'); ?>", b"MZ" + bytes(500)]
)
@pytest.mark.parametrize("pillow_format", FORMATS)
def test_a_file_behind_the_picture_is_dropped(pillow_format: str, hidden: bytes) -> None:
    """A polyglot is a picture for some programs and another file for others."""
    data, _ = clean(encoded(a_picture(30, 20), pillow_format) + hidden)

    assert hidden not in data


def test_text_of_a_megabyte_does_not_decide_over_a_picture() -> None:
    picture = encoded(a_picture(30, 20), "PNG")
    text = png_chunk(b"tEXt", b"Comment\0" + SECRET * 60_000)
    compressed = png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(32 * 1024 * 1024), 9))

    data, _ = clean(picture[:33] + text + compressed + picture[33:])

    assert SECRET not in data
    assert decoded(data).tobytes() == decoded(picture).tobytes()
