"""Small pictures for tests, made with Pillow on the spot."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image


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
