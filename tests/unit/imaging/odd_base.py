"""What the odd pictures are made from: small real ones."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from PIL import Image
from tests.unit.imaging.pictures import a_picture, encoded

WIDTH, HEIGHT = 64, 48
Maker = Callable[[], bytes]


def png(mode: str = "RGB", **settings: object) -> bytes:
    return encoded(a_picture(WIDTH, HEIGHT, mode), "PNG", **settings)


def jpeg(mode: str = "RGB", **settings: object) -> bytes:
    return encoded(a_picture(WIDTH, HEIGHT, mode), "JPEG", **settings)


def webp(mode: str = "RGB", **settings: object) -> bytes:
    return encoded(a_picture(WIDTH, HEIGHT, mode), "WEBP", **settings)


def noise() -> Image.Image:
    grey = bytes(zlib.crc32(index.to_bytes(4, "big")) & 0xFF for index in range(WIDTH * HEIGHT))
    return Image.frombytes("L", (WIDTH, HEIGHT), grey).convert("RGB")
