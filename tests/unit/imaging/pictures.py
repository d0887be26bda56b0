"""Small pictures for tests, made with Pillow on the spot."""

from __future__ import annotations

import io
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
