"""Split a well-formed png, jpeg or webp file into chunks or segments, and build such chunks.

Layouts: PNG specification (W3C, chunk layout), ITU-T T.81 annex B (JPEG markers), Google's WebP container (RIFF).
"""

from __future__ import annotations

import re
import struct
import zlib
from typing import TYPE_CHECKING, Final, NamedTuple

from easel.imaging.formats import ImageFormat

if TYPE_CHECKING:
    from collections.abc import Iterable

SIGNATURE_LENGTH: Final = {ImageFormat.PNG: 8, ImageFormat.JPEG: 2, ImageFormat.WEBP: 12}
"""Bytes before the first part; in webp they contain the length of the rest."""
MAX_SEGMENT: Final = 0xFFFF - 2
"""The maximum length of the body of a jpeg segment."""

_START_OF_SCAN: Final = b"\xda"
_SCAN: Final = b"\xff\xda"
_END_OF_IMAGE: Final = b"\xd9"
_MARKER: Final = re.compile(rb"\xff++([^\x00\xd0-\xd7])")
_END_OF_SCAN: Final = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
"""The next marker after compressed data; stuffed bytes and restart markers are part of the data.

Both patterns take linear time for any number of fill bytes."""


class Part(NamedTuple):
    """One chunk or segment: its type, and the offsets of its start, its body, the end of its body, and its end."""

    kind: bytes
    start: int
    body: int
    body_end: int
    end: int


def parts_of(data: bytes, image_format: ImageFormat) -> list[Part]:
    """All parts in order, up to the first that is malformed.

    A scan of a jpeg is one part together with its compressed data. Data after the end of the picture is ignored.
    """
    found: list[Part] = []
    position = SIGNATURE_LENGTH[image_format]
    while part := _NEXT[image_format](data, position):
        found.append(part)
        position = part.end
        if part.kind in _LAST:
            break
    return found


def without_scans(data: bytes) -> list[Part]:
    """The parts of a jpeg before its first scan, which is much faster than finding all."""
    found: list[Part] = []
    position = SIGNATURE_LENGTH[ImageFormat.JPEG]
    while not data.startswith(_SCAN, position) and (part := _segment(data, position)):
        found.append(part)
        position = part.end
    return found


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def jpeg_segment(marker: bytes, body: bytes) -> bytes:
    return b"\xff" + marker + struct.pack(">H", len(body) + 2) + body


def webp_chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


def webp_file(chunks: Iterable[bytes | memoryview]) -> bytes:
    content = b"".join((b"WEBP", *chunks))
    return b"RIFF" + struct.pack("<I", len(content)) + content


def _chunk(data: bytes, position: int) -> Part | None:
    if position + 12 > len(data):
        return None
    (length,) = struct.unpack_from(">I", data, position)
    end = position + 12 + length
    return Part(data[position + 4 : position + 8], position, position + 8, end - 4, end) if end <= len(data) else None


def _riff_chunk(data: bytes, position: int) -> Part | None:
    (limit,) = struct.unpack_from("<I", data, 4)
    if position + 8 > min(len(data), limit + 8):
        return None
    (length,) = struct.unpack_from("<I", data, position + 4)
    body_end = position + 8 + length
    if body_end > len(data):
        return None
    # Some encoders omit the padding of the last chunk.
    end = min(body_end + length % 2, len(data))
    return Part(data[position : position + 4], position, position + 8, body_end, end)


def _segment(data: bytes, position: int) -> Part | None:
    if data[position : position + 1] != b"\xff" or (match := _MARKER.match(data, position)) is None:
        return None
    kind, body = match[1], match.end()
    if kind == _END_OF_IMAGE:
        return Part(kind, position, body, body, body)
    if body + 2 > len(data):
        return None
    (length,) = struct.unpack_from(">H", data, body)
    end = body_end = body + max(2, length)
    if kind == _START_OF_SCAN:
        following = _END_OF_SCAN.search(data, end)
        end = following.start() if following else len(data)
    return Part(kind, position, body + 2, body_end, end) if end <= len(data) else None


_NEXT: Final = {ImageFormat.PNG: _chunk, ImageFormat.JPEG: _segment, ImageFormat.WEBP: _riff_chunk}
_LAST: Final = frozenset({b"IEND", _END_OF_IMAGE})
