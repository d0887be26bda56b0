"""Check that a png has all its rows, by decompressing them without keeping them.

It is faster than decoding, needs no memory, and finds truncated and damaged pictures and decompression bombs. If a few
of the last rows are missing, the last one is repeated.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from easel.errors import ImageRejected, RejectionReason
from easel.imaging.png import PngHeader, pixel_data, read_header, with_pixel_data

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_MISSING: Final = 1 / 12
"""Share of a picture that may be missing."""
_MOST_TOO_MANY: Final = 64 * 1024
"""Bytes of decompressed data that may follow the last row."""
_STEP: Final = 64 * 1024
_PIECE: Final = 1024 * 1024

_PASSES: Final = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""First column, first row, step across and step down of the seven passes of an interlaced png."""
_FILTERS: Final = bytes(range(5))
_ABOVE: Final = b"\x02"
"""Filter type `Up`: the difference to the row above."""


def with_all_rows(data: bytes) -> bytes:
    """Complete a png made by `inspect_png`; returns the same bytes if no row is missing.

    Raises:
        ImageRejected: more than a twelfth of the pixels is missing or damaged, or it is a decompression bomb.
    """
    stream, passes = pixel_data(data), _passes(read_header(data))
    expected = sum(stride * rows for stride, rows in passes)
    unpacked = _Unpacked(stream, expected)
    good = _whole_rows(_good_bytes(unpacked, passes), passes)
    if expected - good > expected * _MOST_MISSING:
        raise ImageRejected("The png picture is damaged or truncated: rows are missing.")
    if unpacked.count > expected + _MOST_TOO_MANY:
        message = f"The png picture decompresses to more than its {expected} bytes of pixels."
        raise ImageRejected(message, RejectionReason.TOO_COMPLEX)
    if good == expected == unpacked.count and unpacked.is_finished:
        return data if not unpacked.behind else with_pixel_data(data, stream[: -unpacked.behind])
    return with_pixel_data(data, _filled(stream, good, passes))


class _Unpacked:
    """Iterates over the decompressed pixels, up to the first error."""

    def __init__(self, stream: bytes, expected: int) -> None:
        self._stream = memoryview(stream)
        self._most = expected + _MOST_TOO_MANY + 1
        self.count = 0
        self.is_finished = False
        """The compressed data is complete, and its checksum is correct."""
        self.behind = 0
        """Bytes after the end of the compressed data."""

    def __iter__(self) -> Iterator[bytes]:
        unpacker = zlib.decompressobj()
        for start in range(0, len(self._stream), _STEP):
            step: bytes | memoryview = self._stream[start : start + _STEP]
            before = unpacker.copy()
            try:
                while not unpacker.eof and self.count < self._most:
                    room = min(_PIECE, self._most - self.count)
                    piece = unpacker.decompress(step, room)
                    self.count += len(piece)
                    yield piece
                    before, step = unpacker.copy(), unpacker.unconsumed_tail
                    # After a full piece there may be more output, even without input.
                    if not step and len(piece) < room:
                        break
            except zlib.error:
                yield from self._until_the_error(before, bytes(step))
                return
            if unpacker.eof or self.count >= self._most:
                break
        self.is_finished = unpacker.eof
        if unpacker.eof:
            self.behind = len(unpacker.unused_data) + max(0, len(self._stream) - start - _STEP)

    def _until_the_error(self, unpacker: zlib._Decompress, step: bytes) -> Iterator[bytes]:
        for position in range(len(step)):
            try:
                piece = unpacker.decompress(step[position : position + 1], self._most - self.count)
            except zlib.error:
                return
            self.count += len(piece)
            yield piece


def _passes(header: PngHeader) -> list[tuple[int, int]]:
    """For each pass: bytes of a row with its filter type, and number of rows. Without interlacing, one pass."""
    if not header.interlaced:
        return [(1 + (header.width * header.bits + 7) // 8, header.height)]
    passes = []
    for left, top, across, down in _PASSES:
        columns = (header.width - left + across - 1) // across
        rows = (header.height - top + down - 1) // down
        if columns > 0 and rows > 0:
            passes.append((1 + (columns * header.bits + 7) // 8, rows))
    return passes


def _good_bytes(pieces: _Unpacked, passes: list[tuple[int, int]]) -> int:
    """Number of bytes before the end, the first error, or the first row with an invalid filter type."""
    good = 0
    remaining = iter(passes)
    stride, left, into = 1, 0, 0
    for piece in pieces:
        position = 0
        while position < len(piece):
            if left == 0:
                stride, rows = next(remaining, (0, 0))
                if not rows:
                    break
                left, into = stride * rows, 0
            part = piece[position : position + left]
            strange = part[-into % stride :: stride].translate(None, _FILTERS)
            if strange:
                return good + _place_of(part, -into % stride, stride)
            good += len(part)
            left -= len(part)
            into += len(part)
            position += len(part)
    return good


def _place_of(part: bytes, first: int, stride: int) -> int:
    return next(place for place in range(first, len(part), stride) if part[place] not in _FILTERS)


def _whole_rows(good: int, passes: list[tuple[int, int]]) -> int:
    whole = 0
    for stride, rows in passes:
        there = min(rows, (good - whole) // stride)
        whole += stride * there
        if there < rows:
            break
    return whole


def _filled(stream: bytes, good: int, passes: list[tuple[int, int]]) -> bytes:
    """The first `good` bytes of pixels, compressed again, with the last row repeated for each missing one."""
    packer = zlib.compressobj(1)
    packed = []
    left = good
    for piece in _Unpacked(stream, good):
        packed.append(packer.compress(piece[:left]))
        left -= len(piece[:left])
        if not left:
            break
    done = good
    for stride, rows in passes:
        there = min(rows, done // stride)
        done -= stride * there
        packed.extend(packer.compress(_ABOVE + bytes(stride - 1)) for _ in range(rows - there))
    return b"".join((*packed, packer.flush()))
