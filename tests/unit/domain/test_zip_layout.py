"""The ZIP file that is put together of headers and copied files, read by programs that did not write it."""

from __future__ import annotations

import io
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from easel.domain.zip_layout import ZipEntry, archive_size, directory, local_header

WHEN = datetime(2026, 11, 20, 10, 20, 30, tzinfo=UTC)
FILES = {"manifest.json": b"{}", "fähre-1.png": bytes(range(256)) * 40, "empty.png": b""}


def entries() -> list[ZipEntry]:
    return [ZipEntry(name, len(data), zlib.crc32(data), WHEN) for name, data in FILES.items()]


def whole() -> bytes:
    stored = [local_header(entry) + FILES[entry.name] for entry in entries()]
    return b"".join(stored) + directory(entries())


@pytest.mark.requirement("S000-27", "S000-46")
def test_an_independent_reader_finds_every_file_with_its_checksum_and_date() -> None:
    with zipfile.ZipFile(io.BytesIO(whole())) as archive:
        assert archive.testzip() is None
        assert {info.filename: archive.read(info) for info in archive.infolist()} == FILES
        assert {info.date_time for info in archive.infolist()} == {(2026, 11, 20, 10, 20, 30)}
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}


def test_no_entry_has_its_size_behind_its_data() -> None:
    with zipfile.ZipFile(io.BytesIO(whole())) as archive:
        assert [info.flag_bits & 0x08 for info in archive.infolist()] == [0, 0, 0]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_size_is_known_before(count: int) -> None:
    chosen = entries()[:count]
    made = b"".join(local_header(entry) + FILES[entry.name] for entry in chosen) + directory(chosen)

    assert archive_size(chosen) == len(made)
    assert archive_size([ZipEntry(entry.name, entry.size, 0, WHEN) for entry in chosen]) == len(made)


def test_files_and_archives_of_more_than_four_gigabytes_use_the_wide_forms(tmp_path: Path) -> None:
    sizes = {"small.png": 10, "wide.png": 5 * 2**30, "behind.png": 20}
    listed = [ZipEntry(name, size, zlib.crc32(bytes(size)) if size < 100 else 0, WHEN) for name, size in sizes.items()]
    path = tmp_path / "wide.zip"
    with path.open("wb") as file:
        for entry in listed:
            file.write(local_header(entry))
            file.seek(entry.size, io.SEEK_CUR)  # a hole: the contents do not matter here
        file.write(directory(listed))

    assert path.stat().st_size == archive_size(listed)
    with zipfile.ZipFile(path) as archive:
        assert {info.filename: info.file_size for info in archive.infolist()} == sizes
        with archive.open("behind.png") as last:
            assert last.read() == bytes(20)


def test_more_files_than_sixteen_bits_count_use_the_wide_end() -> None:
    listed = [ZipEntry(f"{number}", 0, 0, WHEN) for number in range(70_000)]
    made = b"".join(map(local_header, listed)) + directory(listed)

    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert len(archive.infolist()) == 70_000


def test_a_date_before_1980_is_the_first_that_there_is() -> None:
    entry = ZipEntry("old", 0, 0, datetime(1970, 1, 1, tzinfo=UTC))

    with zipfile.ZipFile(io.BytesIO(local_header(entry) + directory([entry]))) as archive:
        assert archive.infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)
