"""Inspect the bytes of a picture without decoding them, and drop everything but the pixels.

It takes linear time. The result has a known size, a limited number of scans and chunks, one frame, and no metadata that
a decoder could fail on.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Final

from easel.errors import ImageRejected
from easel.imaging.formats import ImageFormat, sniff
from easel.imaging.jpeg import inspect_jpeg
from easel.imaging.limits import Limits
from easel.imaging.png import inspect_png
from easel.imaging.structure import Structure
from easel.imaging.webp import inspect_webp

_INSPECT: Final[dict[ImageFormat, Callable[[bytes, Limits], Structure]]] = {
    ImageFormat.PNG: inspect_png,
    ImageFormat.JPEG: inspect_jpeg,
    ImageFormat.WEBP: inspect_webp,
}


def inspect(data: bytes, limits: Limits) -> Structure:
    """Inspect a picture within the limits.

    Raises:
        ImageRejected: not a picture that common viewers show, or over a limit; the message says what is wrong.
    """
    limits.check_bytes(len(data))
    image_format = sniff(data)
    try:
        structure = _INSPECT[image_format](data, limits)
    except (struct.error, IndexError) as error:
        raise ImageRejected(f"The {image_format} picture is cut short within its header.") from error
    limits.check_memory(structure.decoding_bytes)
    return structure
