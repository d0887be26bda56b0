"""Parse a png and keep what affects the pixels (PNG specification, third edition, W3C 2025).

Errors are handled as in Chromium (tested with version 150). Refused: a wrong CRC of IHDR or PLTE, and an unknown
critical chunk before the pixels. An IDAT with a wrong CRC is used, and all IDATs after it are ignored. Ancillary chunks
with a wrong CRC, length, content or position are dropped.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from easel.errors import ImageRejected
from easel.imaging.containers import SIGNATURE_LENGTH, png_chunk
from easel.imaging.exif import UPRIGHT, orientation_of
from easel.imaging.formats import ImageFormat
from easel.imaging.profiles import GREY, MAX_PROFILE, RGB, usable_profile
from easel.imaging.structure import Structure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from easel.imaging.limits import Limits

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_FIRST_CHUNK: Final = SIGNATURE_LENGTH[ImageFormat.PNG]
_AROUND: Final = 12
"""Bytes of a chunk beside its body: length, type, CRC."""
_HEADER_BYTES: Final = 13
_AFTER_HEADER: Final = _FIRST_CHUNK + 25
_ANCILLARY: Final = 0x20
"""Bit in the first letter of a chunk's type: decoders that do not know the chunk may ignore it."""
_MOST_PIXEL_CHUNKS: Final = 1_000
"""More are joined into one. Encoders write 8 kB or more into each."""

_GREY, _COLOUR, _PALETTE, _GREY_ALPHA, _COLOUR_ALPHA = 0, 2, 3, 4, 6
_DEPTHS: Final = {
    _GREY: (1, 2, 4, 8, 16),
    _COLOUR: (8, 16),
    _PALETTE: (1, 2, 4, 8),
    _GREY_ALPHA: (8, 16),
    _COLOUR_ALPHA: (8, 16),
}
_CHANNELS: Final = {_GREY: 1, _COLOUR: 3, _PALETTE: 1, _GREY_ALPHA: 2, _COLOUR_ALPHA: 4}
_DECODING_BYTES: Final = {_GREY: 5, _COLOUR: 4, _PALETTE: 5, _GREY_ALPHA: 8, _COLOUR_ALPHA: 4}
"""Memory per pixel in Pillow: the picture as stored, and a copy if it has to be converted."""
_KEYED_BYTES: Final = {1: 4, 2: 4, 4: 4, 8: 8, 16: 12}
"""Additional memory per pixel for a transparent colour, by bit depth: masks, and the low bytes of 16 bits."""
_KEY_BYTES: Final = {_GREY: 2, _COLOUR: 6}
"""Length of a transparent colour in tRNS."""
_CODE_POINT_BYTES: Final = 4
_LAST_INTENT: Final = 3
"""Of the four ways to render that sRGB knows."""
_PRIMARIES: Final = frozenset({1, *range(4, 13), 22})
_TRANSFERS: Final = frozenset({1, *range(4, 19)})
"""What cICP may name (ITU-T H.273); its other two values have to be 0 (RGB) and 0 or 1."""


@dataclass(frozen=True, slots=True)
class PngHeader:
    """IHDR."""

    width: int
    height: int
    depth: int
    colour_type: int
    interlaced: bool

    @property
    def bits(self) -> int:
        """Of one pixel."""
        return self.depth * _CHANNELS[self.colour_type]


class _Chunk(NamedTuple):
    kind: bytes
    start: int
    body: bytes
    end: int
    is_whole: bool
    """It is not truncated, and its CRC is correct."""


@dataclass(slots=True)
class _Found:
    """The parts of a png that affect the pixels."""

    header: PngHeader
    side: dict[bytes, bytes] = field(default_factory=dict)
    """Bodies of the ancillary chunks that are kept."""
    palette: bytes = b""
    pixels: list[_Chunk] = field(default_factory=list)
    orientation: int = UPRIGHT
    profile: bytes | None = None
    is_faulty: bool = False
    has_end: bool = False


def inspect_png(data: bytes, limits: Limits) -> Structure:
    """Inspect a png, and make a file with its pixels and their colour information only.

    Raises:
        ImageRejected: browsers do not show it, or it is over a limit.
    """
    header = read_header(data)
    limits.check_size(header.width, header.height)
    found = _collect(data, header, limits)
    if not found.pixels:
        raise ImageRejected("The png picture ends before its pixels.")
    if header.colour_type == _PALETTE and not found.palette:
        raise ImageRejected("The png picture has no palette, or a damaged one.")
    keyed = found.side.get(b"tRNS", b"") if header.colour_type in {_GREY, _COLOUR} else b""
    pixel_bytes = _DECODING_BYTES[header.colour_type] + (_KEYED_BYTES[header.depth] if keyed else 0)
    return Structure(
        format=ImageFormat.PNG,
        width=header.width,
        height=header.height,
        data=_joined(found),
        decoding_bytes=header.width * header.height * pixel_bytes,
        orientation=found.orientation,
        profile=found.profile if header.colour_type not in {_GREY, _GREY_ALPHA} else None,
        is_mended=found.is_faulty or not found.has_end,
        transparent=struct.unpack(f">{len(keyed) // 2}H", keyed) if keyed else None,
        depth=header.depth,
    )


def read_header(data: bytes) -> PngHeader:
    """Read IHDR, the first chunk. Raises ImageRejected."""
    body = data[_FIRST_CHUNK + 8 : _AFTER_HEADER - 4]
    if data[_FIRST_CHUNK : _FIRST_CHUNK + 8] != b"\0\0\0\x0dIHDR" or len(body) < _HEADER_BYTES:
        raise ImageRejected("The png picture is truncated within its header, or has none.")
    if data[_AFTER_HEADER - 4 : _AFTER_HEADER] != zlib.crc32(b"IHDR" + body).to_bytes(4, "big"):
        raise ImageRejected("The header of the png picture is damaged: its CRC is wrong.")
    width, height, depth, colour_type, compression, filtering, interlacing = struct.unpack(">IIBBBBB", body)
    if depth not in _DEPTHS.get(colour_type, ()) or compression or filtering or interlacing > 1:
        raise ImageRejected("The header of the png picture names a kind of png that does not exist.")
    return PngHeader(width, height, depth, colour_type, bool(interlacing))


def pixel_data(data: bytes) -> bytes:
    """The compressed pixels of a png made by `inspect_png`."""
    return b"".join(chunk.body for chunk in _chunks(data) if chunk.kind == b"IDAT")


def with_pixel_data(data: bytes, stream: bytes) -> bytes:
    """A png made by `inspect_png`, with its compressed pixels replaced."""
    kept = [data[chunk.start : chunk.end] for chunk in _chunks(data) if chunk.kind not in {b"IDAT", b"IEND"}]
    return b"".join((_SIGNATURE, *kept, png_chunk(b"IDAT", stream), png_chunk(b"IEND", b"")))


def _chunks(data: bytes) -> Iterator[_Chunk]:
    view, position, size = memoryview(data), _FIRST_CHUNK, len(data)
    while position + 8 <= size:
        (length,) = struct.unpack_from(">I", data, position)
        end = position + length + _AROUND
        crc = zlib.crc32(view[position + 4 : end - 4]) if end <= size else 0
        is_whole = end <= size and data[end - 4 : end] == crc.to_bytes(4, "big")
        yield _Chunk(data[position + 4 : position + 8], position, data[position + 8 : end - 4], end, is_whole)
        position = end


def _collect(data: bytes, header: PngHeader, limits: Limits) -> _Found:
    found = _Found(header)
    for count, chunk in enumerate(_chunks(data)):
        limits.check_parts(count)
        found.is_faulty |= not chunk.is_whole
        if chunk.kind == b"IEND":
            found.has_end = True
            break
        _take(found, chunk, cut=chunk.end > len(data))
    return found


def _take(found: _Found, chunk: _Chunk, *, cut: bool) -> None:
    if chunk.kind == b"IDAT":
        # Browsers check the CRC after decoding the chunk, and then stop.
        if not found.pixels or found.pixels[-1].is_whole:
            found.pixels.append(chunk)
    elif chunk.kind == b"PLTE":
        _take_palette(found, chunk)
    elif chunk.kind == b"eXIf" and chunk.is_whole and found.orientation == UPRIGHT:
        found.orientation = orientation_of(chunk.body)
    elif chunk.kind in _IS_VALID or found.pixels or chunk.kind == b"IHDR":
        _take_side(found, chunk)
    elif cut:
        raise ImageRejected("The png picture ends before its pixels.")
    elif not chunk.kind[0] & _ANCILLARY:
        name = chunk.kind.decode("ascii", "backslashreplace")
        raise ImageRejected(f"The png picture has an unknown critical chunk: {name}.")


def _take_palette(found: _Found, chunk: _Chunk) -> None:
    """In pictures without palette, PLTE is only a suggestion for quantization."""
    if found.header.colour_type != _PALETTE or found.palette:
        return
    if chunk.is_whole and len(chunk.body) % 3 == 0 and len(chunk.body) <= 3 << found.header.depth:
        found.palette = chunk.body


def _take_side(found: _Found, chunk: _Chunk) -> None:
    check = _IS_VALID.get(chunk.kind)
    if check is None or found.pixels or chunk.kind in found.side:
        return
    if not (chunk.is_whole and check(found, chunk.body)):
        found.is_faulty = True
    elif chunk.kind == b"iCCP":
        found.profile = _profile_in(found, chunk.body)
        found.is_faulty |= found.profile is None
    else:
        found.side[chunk.kind] = chunk.body


def _profile_in(found: _Found, body: bytes) -> bytes | None:
    _, _, rest = body.partition(b"\0")
    try:
        profile = zlib.decompressobj().decompress(rest[1:], MAX_PROFILE + 1)
    except zlib.error:
        return None
    is_grey = found.header.colour_type in {_GREY, _GREY_ALPHA}
    return usable_profile(profile, GREY if is_grey else RGB)


def _fits_transparency(found: _Found, body: bytes) -> bool:
    if found.header.colour_type == _PALETTE:
        return 0 < len(body) <= len(found.palette) // 3
    return len(body) == _KEY_BYTES.get(found.header.colour_type)


def _fits_depths(found: _Found, body: bytes) -> bool:
    depth = 8 if found.header.colour_type == _PALETTE else found.header.depth
    channels = 3 if found.header.colour_type == _PALETTE else _CHANNELS[found.header.colour_type]
    return len(body) == channels and all(0 < bits <= depth for bits in body)


def _is_code_point(_: _Found, body: bytes) -> bool:
    return (
        len(body) == _CODE_POINT_BYTES
        and body[0] in _PRIMARIES
        and body[1] in _TRANSFERS
        and body[2] == 0
        and body[3] <= 1
    )


def _of_length(length: int) -> Callable[[_Found, bytes], bool]:
    return lambda _, body: len(body) == length and any(body)


_IS_VALID: Final[dict[bytes, Callable[[_Found, bytes], bool]]] = {
    b"cICP": _is_code_point,
    b"iCCP": lambda _, body: b"\0" in body[:80],
    b"sRGB": lambda _, body: len(body) == 1 and body[0] <= _LAST_INTENT,
    b"gAMA": _of_length(4),
    b"cHRM": _of_length(32),
    b"sBIT": _fits_depths,
    b"mDCV": _of_length(24),
    b"cLLI": _of_length(8),
    b"tRNS": _fits_transparency,
}
"""Ancillary chunks that are kept, in the order in which they are written."""


def _joined(found: _Found) -> bytes:
    header, side = found.header, found.side
    ihdr = struct.pack(
        ">IIBBBBB", header.width, header.height, header.depth, header.colour_type, 0, 0, header.interlaced
    )
    parts = [_SIGNATURE, png_chunk(b"IHDR", ihdr)]
    parts += [png_chunk(kind, side[kind]) for kind in _IS_VALID if kind in side and kind != b"tRNS"]
    if found.profile:
        parts.append(png_chunk(b"iCCP", b"icc\0\0" + zlib.compress(found.profile)))
    if found.palette:
        parts.append(png_chunk(b"PLTE", found.palette))
    if b"tRNS" in side:
        parts.append(png_chunk(b"tRNS", side[b"tRNS"]))
    bodies = [chunk.body for chunk in found.pixels]
    if len(bodies) > _MOST_PIXEL_CHUNKS:
        bodies = [b"".join(bodies)]
    return b"".join((*parts, *(png_chunk(b"IDAT", body) for body in bodies), png_chunk(b"IEND", b"")))
