"""Takes everything out of a picture's file that does not show: the pixels stay as they are encoded.

What stays is named, so that metadata nobody thought of goes too. A colour profile stays, because colours depend on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from easel.imaging.containers import SIGNATURE_LENGTH, Part, jpeg_segment, parts_of, webp_chunk, webp_file
from easel.imaging.headers import ImageFormat

if TYPE_CHECKING:
    from collections.abc import Iterator

_PNG_KEPT: Final = frozenset(
    {
        b"IHDR",
        b"PLTE",
        b"IDAT",
        b"IEND",
        b"tRNS",
        b"cHRM",
        b"gAMA",
        b"iCCP",
        b"sRGB",
        b"sBIT",
        b"cICP",
        b"mDCV",
        b"cLLI",
    }
)
_JPEG_KEPT: Final = frozenset(bytes([marker]) for marker in (*range(0xC0, 0xD0), 0xD9, 0xDA, 0xDB, 0xDC, 0xDD))
"""Frame headers, tables, scans and the end: all that a decoder reads."""
_WEBP_KEPT: Final = frozenset({b"ICCP", b"ALPH", b"VP8 ", b"VP8L"})

_JFIF: Final = (b"\xe0", b"JFIF\0")
_PROFILE: Final = (b"\xe2", b"ICC_PROFILE\0")
_ADOBE: Final = (b"\xee", b"Adobe")
"""Says how the colours are encoded."""
_JFIF_WITHOUT_THUMBNAIL: Final = 12
_PROFILE_AND_ALPHA: Final = 0x30


def without_metadata(data: bytes, image_format: ImageFormat) -> bytes:
    """The same pixels in a file that says nothing about place, time, device, author or how it came to be.

    An animation loses all but its first picture. Raises ImageRejected: too many parts for a picture.
    """
    if image_format is ImageFormat.WEBP:
        return webp_file(_webp_chunks(data))
    return data[: SIGNATURE_LENGTH[image_format]] + b"".join(_kept(data, image_format))


def _kept(data: bytes, image_format: ImageFormat) -> Iterator[bytes | memoryview]:
    view = memoryview(data)
    for part in parts_of(data, image_format):
        if image_format is ImageFormat.PNG:
            if part.kind in _PNG_KEPT:
                yield view[part.start : part.end]
        elif _is(data, part, _JFIF):
            yield jpeg_segment(part.kind, data[part.body : part.body + _JFIF_WITHOUT_THUMBNAIL] + b"\0\0")
        elif part.kind in _JPEG_KEPT or _is(data, part, _PROFILE) or _is(data, part, _ADOBE):
            yield view[part.start : part.end]


def _is(data: bytes, part: Part, application: tuple[bytes, bytes]) -> bool:
    marker, name = application
    return part.kind == marker and data.startswith(name, part.body, part.body_end)


def _webp_chunks(data: bytes) -> Iterator[bytes | memoryview]:
    view = memoryview(data)
    for part in parts_of(data, ImageFormat.WEBP):
        if part.kind == b"VP8X":
            flags = data[part.body] & _PROFILE_AND_ALPHA
            yield webp_chunk(part.kind, bytes([flags]) + data[part.body + 1 : part.body_end])
        elif part.kind in _WEBP_KEPT:
            yield view[part.start : part.end]
