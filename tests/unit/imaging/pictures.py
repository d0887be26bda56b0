"""Small pictures for tests, made with Pillow on the spot."""

from __future__ import annotations

import io
import struct
from typing import Any

from PIL import Image

from easel.imaging.containers import jpeg_segment, png_chunk, webp_chunk, webp_file


def a_picture(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """A gradient from left to right, so that cuts, turns and damage are visible."""
    return Image.linear_gradient("L").transpose(Image.Transpose.ROTATE_90).resize((width, height)).convert(mode)


def encoded(picture: Image.Image, image_format: str, **settings: Any) -> bytes:
    """The file of a picture; `image_format` as Pillow calls it."""
    target = io.BytesIO()
    picture.save(target, image_format, **settings)
    return target.getvalue()


def decoded(data: bytes) -> Image.Image:
    """The picture of a file, completely loaded."""
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def xmp_of(data: bytes) -> str:
    """The XMP of a file as Pillow finds it; empty when there is none."""
    info = decoded(data).info
    found = info.get("xmp", info.get("XML:com.adobe.xmp", b""))
    return found if isinstance(found, str) else bytes(found).decode()


def signed(data: bytes) -> bytes:
    """The file with what looks like a vendor's C2PA manifest, where its format keeps it."""
    box = b"\0\0\x40\0jumb\0\0\0\x26jumdc2pa\0\x11\0\x10\x80\0\0\xaa\0\x38\x9b\x71\x03c2pa\0" + bytes(60)
    if data.startswith(b"\x89PNG"):
        return data[:33] + png_chunk(b"caBX", box) + data[33:]
    if data.startswith(b"\xff\xd8"):
        return data[:20] + jpeg_segment(b"\xeb", b"JP\0\x01\0\0\0\x01" + box) + data[20:]
    return webp_file([data[12:], webp_chunk(b"C2PA", box)])


def a_png_header(width: int, height: int) -> bytes:
    """A png that ends behind its header."""
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))


def a_jpeg_header(width: int, height: int) -> bytes:
    """A jpeg that ends behind its frame header."""
    components = b"".join(bytes([number, 0x11, 0]) for number in (1, 2, 3))
    return b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xc2" + struct.pack(">HBHHB", 17, 8, height, width, 3) + components


def an_extended_webp_header(width: int, height: int) -> bytes:
    """A webp that ends behind its canvas."""
    size = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    return b"RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00" + bytes(4) + size
