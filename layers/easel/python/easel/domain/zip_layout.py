"""The bytes of a ZIP file around the files in it (APPNOTE 6.3.10): headers, directory and end.

Entries are stored, not compressed: pictures cannot be packed further. Sizes and checksums stand in the local headers,
so every program can read the file from the front to the end, and its size is known before it is made. The 64-bit forms
are used where a number needs them.

Our own, because the files are copied within S3: no library that is given the content can leave it there.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

_MAX_16: Final = 0xFFFF
_MAX_32: Final = 0xFFFF_FFFF
_UTF_8: Final = 0x0800
"""The flag that names are UTF-8. The one for sizes behind the data (bit 3) is never set."""
_STORED: Final = 0
_VERSION: Final = 20
_VERSION_64: Final = 45
_MADE_ON_UNIX: Final = 3 << 8
_REGULAR_FILE: Final = 0o100644 << 16
_EXTRA_64: Final = 0x0001
_FIRST_YEAR: Final = 1980

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END_64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64: Final = struct.Struct("<4sLQL")
_END: Final = struct.Struct("<4s4H2LH")


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """One file in the archive."""

    name: str
    size: int
    crc32: int
    modified: datetime

    @property
    def needs_64(self) -> bool:
        return self.size >= _MAX_32


def local_header(entry: ZipEntry) -> bytes:
    """What stands before the content of an entry."""
    name = entry.name.encode()
    size, extra = entry.size, b""
    if entry.needs_64:
        size, extra = _MAX_32, struct.pack("<2H2Q", _EXTRA_64, 16, entry.size, entry.size)
    time, date = _dos_moment(entry.modified)
    fixed = _LOCAL.pack(
        b"PK\3\4",
        _version(needs_64=entry.needs_64),
        _UTF_8,
        _STORED,
        time,
        date,
        entry.crc32,
        size,
        size,
        len(name),
        len(extra),
    )
    return fixed + name + extra


def directory(entries: Sequence[ZipEntry]) -> bytes:
    """What stands behind the content of the last entry, given all entries in their order."""
    records, offset = [], 0
    for entry in entries:
        records.append(_central_header(entry, offset))
        offset += len(local_header(entry)) + entry.size
    central = b"".join(records)
    return central + _end(len(entries), len(central), offset)


def archive_size(entries: Sequence[ZipEntry]) -> int:
    """The size of the whole file, to the byte."""
    return sum(len(local_header(entry)) + entry.size for entry in entries) + len(directory(entries))


def _central_header(entry: ZipEntry, offset: int) -> bytes:
    name = entry.name.encode()
    size, at, numbers = entry.size, offset, []
    if entry.needs_64:
        size = _MAX_32
        numbers += [entry.size, entry.size]
    if offset >= _MAX_32:
        at = _MAX_32
        numbers.append(offset)
    extra = struct.pack(f"<2H{len(numbers)}Q", _EXTRA_64, 8 * len(numbers), *numbers) if numbers else b""
    time, date = _dos_moment(entry.modified)
    version = _version(needs_64=bool(numbers))
    fixed = _CENTRAL.pack(
        *(b"PK\1\2", _MADE_ON_UNIX | version, version, _UTF_8, _STORED, time, date, entry.crc32, size, size),
        *(len(name), len(extra), 0, 0, 0, _REGULAR_FILE, at),
    )
    return fixed + name + extra


def _end(count: int, size: int, offset: int) -> bytes:
    wide = b""
    if count >= _MAX_16 or size >= _MAX_32 or offset >= _MAX_32:
        version = _version(needs_64=True)
        length = _END_64.size - 12  # without signature and this field
        wide = _END_64.pack(
            b"PK\6\6", length, _MADE_ON_UNIX | version, version, 0, 0, count, count, size, offset
        ) + _LOCATOR_64.pack(b"PK\6\7", 0, offset + size, 1)
    narrow = min(count, _MAX_16)
    return wide + _END.pack(b"PK\5\6", 0, 0, narrow, narrow, min(size, _MAX_32), min(offset, _MAX_32), 0)


def _version(*, needs_64: bool) -> int:
    return _VERSION_64 if needs_64 else _VERSION


def _dos_moment(moment: datetime) -> tuple[int, int]:
    """Time and date in the form of ZIP: every other second, from 1980 on."""
    year = max(moment.year, _FIRST_YEAR)
    return (
        moment.hour << 11 | moment.minute << 5 | moment.second // 2,
        (year - _FIRST_YEAR) << 9 | moment.month << 5 | moment.day,
    )
