"""What bytes claim to be, read from their first few fields: nothing is decoded and no library is needed.

Field layouts: PNG specification (W3C, IHDR), ITU-T T.81 annex B (JPEG markers and frame header), and Google's WebP
container, VP8 (RFC 6386) and lossless bitstream descriptions.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from easel.errors import ImageRejected

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_BYTES: Final = 40 * 1024 * 1024
MAX_PIXELS: Final = 40_000_000
MAX_SIDE: Final = 16_383
"""The longest side that a webp can have, so that every accepted picture can be turned into every format."""


class ImageFormat(StrEnum):
    """The formats that we read and write, by the name that the API gives them."""

    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"

    @property
    def media_type(self) -> str:
        return f"image/{self.value}"

    @property
    def extension(self) -> str:
        return "jpg" if self is ImageFormat.JPEG else self.value


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """Format and stored size in pixels, before any EXIF rotation."""

    format: ImageFormat
    width: int
    height: int


def sniff(data: bytes) -> ImageFormat | None:
    """The format by magic bytes, whatever a file name or a Content-Type says; None when it is none of ours."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return ImageFormat.PNG
    if data.startswith(b"\xff\xd8\xff"):
        return ImageFormat.JPEG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ImageFormat.WEBP
    return None


def read_header(data: bytes) -> ImageHeader:
    """Format and size of a picture within our limits.

    Raises:
        ImageRejected: more than 40 MiB, not a png, jpeg or webp, a damaged header, more than 40 megapixels, or a side
            of more than 16,383 pixels.
    """
    if len(data) > MAX_BYTES:
        raise ImageRejected(f"The picture has {len(data)} bytes; at most {MAX_BYTES} are accepted.")
    image_format = sniff(data)
    if image_format is None:
        raise ImageRejected("The bytes are not a png, jpeg or webp picture.")
    try:
        width, height = _SIZES[image_format](data)
    except (struct.error, IndexError) as error:
        raise ImageRejected(f"The {image_format} picture ends within its header.") from error
    _check_size(width, height)
    return ImageHeader(image_format, width, height)


def _check_size(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise ImageRejected("The picture has no pixels, or its header is damaged.")
    if max(width, height) > MAX_SIDE:
        raise ImageRejected(f"The picture has {width}x{height} pixels; at most {MAX_SIDE} a side are accepted.")
    if width * height > MAX_PIXELS:
        raise ImageRejected(f"The picture has {width * height} pixels; at most {MAX_PIXELS} are accepted.")


_DAMAGED: Final = (0, 0)


def _png_size(data: bytes) -> tuple[int, int]:
    if data[12:16] != b"IHDR":
        return _DAMAGED
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


_MARKER: Final = 0xFF
_FRAME_HEADERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""SOF0..SOF15 without the three codes in that range that mean something else (DHT, JPG, DAC)."""
_STANDALONE: Final = frozenset(range(0xD0, 0xD9)) | {0x01}
"""Markers without a length: RST0..RST7, SOI, TEM."""


_MAX_SEGMENTS: Final = 1_000
"""A colour profile takes at most 255 of them; far more is an attempt to keep us busy."""


def _jpeg_size(data: bytes) -> tuple[int, int]:
    position = 2
    for _ in range(_MAX_SEGMENTS):
        if data[position] != _MARKER:
            return _DAMAGED
        marker = data[position + 1]
        if marker == _MARKER:  # any number of fill bytes may stand before a marker
            position += 1
        elif marker in _STANDALONE:
            position += 2
        elif marker in _FRAME_HEADERS:
            height, width = struct.unpack_from(">HH", data, position + 5)
            return width, height
        else:
            (length,) = struct.unpack_from(">H", data, position + 2)
            position += 2 + length
    return _DAMAGED


_LOSSLESS_SIGNATURE: Final = 0x2F
_KEY_FRAME_START: Final = b"\x9d\x01\x2a"


def _webp_size(data: bytes) -> tuple[int, int]:
    chunk = data[12:16]
    if chunk == b"VP8X":
        low_width, high_width, low_height, high_height = struct.unpack_from("<HBHB", data, 24)
        return (high_width << 16 | low_width) + 1, (high_height << 16 | low_height) + 1
    if chunk == b"VP8L" and data[20] == _LOSSLESS_SIGNATURE:
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 " and data[23:26] == _KEY_FRAME_START:
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return _DAMAGED


_SIZES: Final[dict[ImageFormat, Callable[[bytes], tuple[int, int]]]] = {
    ImageFormat.PNG: _png_size,
    ImageFormat.JPEG: _jpeg_size,
    ImageFormat.WEBP: _webp_size,
}
