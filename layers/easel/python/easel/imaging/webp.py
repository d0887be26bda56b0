"""Parse a webp and keep what affects the pixels (Google, WebP container specification; RFC 9649).

The length and the flags of the container are ignored and written again; chunks that are not needed are dropped. Of an
animation the first frame is kept.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from easel.errors import ImageRejected
from easel.imaging.containers import SIGNATURE_LENGTH, webp_chunk, webp_file
from easel.imaging.exif import UPRIGHT, orientation_of
from easel.imaging.formats import ImageFormat
from easel.imaging.profiles import RGB, usable_profile
from easel.imaging.structure import Structure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from easel.imaging.limits import Limits

_LOSSY, _LOSSLESS, _ALPHA, _EXTENDED, _FRAME = b"VP8 ", b"VP8L", b"ALPH", b"VP8X", b"ANMF"
_IN_FRONT: Final = frozenset({_EXTENDED, _ALPHA, _FRAME})
"""Ignored after the pixels."""
_EXTENDED_BYTES: Final = 10
_HAS_PROFILE, _HAS_ALPHA, _IS_ANIMATED = 0x20, 0x10, 0x02
_LOSSLESS_SIGNATURE: Final = b"\x2f"
_KEY_FRAME_START: Final = b"\x9d\x01\x2a"
_LOSSLESS_HEADER, _LOSSY_HEADER = 5, 10
_FRAME_BYTES: Final = 16
"""Header of an ANMF chunk, before its sub-chunks."""
_LOSSY_BYTES, _LOSSLESS_BYTES = 12, 16
"""Memory per pixel for decoding: libwebp keeps two canvases, and returns a copy."""


class _Chunk(NamedTuple):
    kind: bytes
    body: memoryview
    is_whole: bool


@dataclass(slots=True)
class _Pixels:
    """One frame: the chunk with its pixels, and the one with its alpha channel, if any."""

    width: int
    height: int
    chunk: bytes
    alpha: bytes
    is_lossless: bool
    left: int = 0
    top: int = 0
    frame: bytes = b""
    """Its ANMF header in an animation."""


@dataclass(slots=True)
class _Found:
    """The parts of a webp that affect the pixels."""

    canvas: tuple[int, int] | None = None
    flags: int = 0
    alpha: bytes = b""
    pixels: _Pixels | None = None
    profile: bytes | None = None
    orientation: int = UPRIGHT
    is_faulty: bool = False


def inspect_webp(data: bytes, limits: Limits) -> Structure:
    """Inspect a webp, and make a file with its first frame and its colour profile only.

    Raises:
        ImageRejected: browsers do not show it, or it is over a limit.
    """
    found = _collect(data, limits)
    pixels = found.pixels
    if pixels is None:
        raise ImageRejected("The webp picture has no pixels, or is truncated.")
    width, height = found.canvas or (pixels.width, pixels.height)
    limits.check_size(width, height)
    covers = (pixels.left, pixels.top, pixels.width, pixels.height) == (0, 0, width, height)
    if not covers and not pixels.frame:
        raise ImageRejected("The webp picture contradicts itself about its size.")
    return Structure(
        format=ImageFormat.WEBP,
        width=width,
        height=height,
        data=_still(pixels, found.profile) if covers else _part_of_a_canvas(pixels, (width, height)),
        decoding_bytes=width * height * (_LOSSLESS_BYTES if pixels.is_lossless else _LOSSY_BYTES),
        orientation=found.orientation,
        profile=found.profile,
        is_common=covers,
        is_mended=found.is_faulty,
    )


def _collect(data: bytes, limits: Limits) -> _Found:
    found = _Found()
    (length,) = struct.unpack_from("<I", data, 4)
    found.is_faulty = not len(data) - 9 <= length <= len(data) - 8
    for count, chunk in enumerate(_chunks(memoryview(data)[SIGNATURE_LENGTH[ImageFormat.WEBP] :])):
        limits.check_parts(count)
        found.is_faulty |= not chunk.is_whole
        _take(found, chunk, limits)
    return found


def _chunks(view: memoryview) -> Iterator[_Chunk]:
    position, size = 0, len(view)
    while position + 8 <= size:
        (length,) = struct.unpack_from("<I", view, position + 4)
        start, end = position + 8, position + 8 + length
        yield _Chunk(bytes(view[position : position + 4]), view[start:end], end <= size)
        # Chunks start at even offsets; the last one may lack its padding byte.
        position = end + length % 2


def _take(found: _Found, chunk: _Chunk, limits: Limits) -> None:
    if chunk.kind in {_LOSSY, _LOSSLESS}:
        if found.pixels is None:
            found.pixels = _pixels_of(chunk, found.alpha if found.flags & _HAS_ALPHA else b"")
    elif not chunk.is_whole:
        pass
    elif chunk.kind in _IN_FRONT and found.pixels is None:
        _take_in_front(found, chunk, limits)
    elif chunk.kind == b"ICCP" and found.profile is None:
        found.profile = usable_profile(bytes(chunk.body), RGB)
        found.is_faulty |= found.profile is None
    elif chunk.kind == b"EXIF" and found.orientation == UPRIGHT:
        found.orientation = orientation_of(bytes(chunk.body))


def _take_in_front(found: _Found, chunk: _Chunk, limits: Limits) -> None:
    if chunk.kind == _EXTENDED and found.canvas is None:
        _take_canvas(found, bytes(chunk.body), limits)
    elif chunk.kind == _ALPHA:
        found.alpha = bytes(chunk.body)
    elif chunk.kind == _FRAME and len(chunk.body) > _FRAME_BYTES:
        found.pixels = _first_frame(chunk.body)


def _take_canvas(found: _Found, body: bytes, limits: Limits) -> None:
    if len(body) < _EXTENDED_BYTES:
        found.is_faulty = True
        return
    found.flags = body[0]
    found.is_faulty |= len(body) != _EXTENDED_BYTES or bool(body[0] & 0xC1)
    low_width, high_width, low_height, high_height = struct.unpack_from("<HBHB", body, 4)
    width, height = (high_width << 16 | low_width) + 1, (high_height << 16 | low_height) + 1
    limits.check_size(width, height)
    found.canvas = width, height


def _pixels_of(chunk: _Chunk, alpha: bytes) -> _Pixels:
    if not chunk.is_whole:
        raise ImageRejected("The webp picture is truncated.")
    body = bytes(chunk.body)
    width, height = size_of(chunk.kind, body)
    packed = webp_chunk(_ALPHA, alpha) if alpha and chunk.kind == _LOSSY else b""
    return _Pixels(width, height, webp_chunk(chunk.kind, body), packed, chunk.kind == _LOSSLESS)


def size_of(kind: bytes, body: bytes) -> tuple[int, int]:
    """Width and height from the header of a VP8 or VP8L chunk. Raises ImageRejected."""
    if kind == _LOSSLESS and body[:1] == _LOSSLESS_SIGNATURE and len(body) >= _LOSSLESS_HEADER:
        (bits,) = struct.unpack_from("<I", body, 1)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == _LOSSY and body[3:6] == _KEY_FRAME_START and len(body) >= _LOSSY_HEADER:
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    raise ImageRejected("The header of the webp picture is damaged.")


def _first_frame(body: memoryview) -> _Pixels | None:
    alpha = b""
    for chunk in _chunks(body[_FRAME_BYTES:]):
        if chunk.kind == _ALPHA and chunk.is_whole:
            alpha = bytes(chunk.body)
        elif chunk.kind in {_LOSSY, _LOSSLESS}:
            pixels = _pixels_of(chunk, alpha)
            low_left, high_left, low_top, high_top = struct.unpack_from("<HBHB", body)
            pixels.left, pixels.top = 2 * (high_left << 16 | low_left), 2 * (high_top << 16 | low_top)
            pixels.frame = bytes(body[:_FRAME_BYTES])
            return pixels
    return None


def _still(pixels: _Pixels, profile: bytes | None) -> bytes:
    if not pixels.alpha and not profile:
        return webp_file([pixels.chunk])
    alpha = _HAS_ALPHA if pixels.alpha or (pixels.is_lossless and pixels.chunk[12] >> 4 & 1) else 0
    header = _canvas(alpha | (_HAS_PROFILE if profile else 0), pixels.width, pixels.height)
    return webp_file([header, webp_chunk(b"ICCP", profile) if profile else b"", pixels.alpha, pixels.chunk])


def _part_of_a_canvas(pixels: _Pixels, size: tuple[int, int]) -> bytes:
    """A frame smaller than the canvas: an animation with this one frame."""
    header = _canvas(_IS_ANIMATED | _HAS_ALPHA, *size)
    frame = webp_chunk(_FRAME, pixels.frame + pixels.alpha + pixels.chunk)
    return webp_file([header, webp_chunk(b"ANIM", bytes(6)), frame])


def _canvas(flags: int, width: int, height: int) -> bytes:
    sides = b"".join(struct.pack("<I", side - 1)[:3] for side in (width, height))
    return webp_chunk(_EXTENDED, bytes([flags, 0, 0, 0]) + sides)
