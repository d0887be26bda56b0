"""Names of uploaded files, and when an upload ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from easel.domain.upload import MAX_FILENAME_BYTES, Upload, UploadState, plain_filename

NOW = datetime(2026, 11, 28, tzinfo=UTC)
UPLOAD = Upload("u", "w", "user", UploadState.READY, "image/png", None, NOW, NOW + timedelta(hours=24))


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("front.png", "front.png"),
        ("..\\..\\p.png", "p.png"),
        ("C:\\fakepath\\p.png", "p.png"),
        ("/etc/../p.png", "p.png"),
        ("a\x00b\r\n.png", "ab.png"),
        ("\u202egnp.exe", "gnp.exe"),
        ("  ", None),
        ("..", None),
        ("x/", None),
        ("", None),
        (None, None),
        ("oldi 👟.jpg", "oldi 👟.jpg"),
    ],
)
def test_only_the_last_visible_part_of_a_file_name_is_kept(sent: str | None, shown: str | None) -> None:
    assert plain_filename(sent) == shown


def test_a_long_file_name_is_cut_to_its_bytes() -> None:
    name = plain_filename("ü" * 1_000 + ".png")

    assert name is not None
    assert len(name.encode()) <= MAX_FILENAME_BYTES


def test_an_upload_ends_at_its_time_unless_it_is_used() -> None:
    assert not UPLOAD.is_expired(NOW + timedelta(hours=23))
    assert UPLOAD.is_expired(NOW + timedelta(hours=24))
    assert not replace(UPLOAD, expires_at=None).is_expired(NOW + timedelta(days=9))
