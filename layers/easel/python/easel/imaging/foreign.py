"""Inspect and clean pictures from callers (uploads and references), in bounded time and memory."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from easel.errors import ImageRejected, RejectionReason
from easel.imaging.bounded import run_bounded
from easel.imaging.decoding import check_decodes, decode
from easel.imaging.formats import ImageFormat, sniff
from easel.imaging.inspection import inspect
from easel.imaging.limits import FOREIGN, Limits
from easel.imaging.pixels import FULL_QUALITY_GAP, ORIGINAL_SETTINGS, encode, shrink
from easel.imaging.png_rows import with_all_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL import Image

    from easel.imaging.structure import Structure

VENDOR_SIDE: Final = 4096
VENDOR_BYTES: Final = 7_000_000
"""The limits of vendors for a picture in a request."""

_SMALLER_SETTINGS: Final[Mapping[ImageFormat, Mapping[str, Any]]] = {
    ImageFormat.JPEG: {"quality": 90},
    ImageFormat.WEBP: {"quality": 90, "method": 0},
}
_TRANSPARENT_WEBP_BYTES: Final = 48
"""Memory per pixel while a webp with transparency is encoded, what it was scaled from included."""
_STEP: Final = 0.75
"""Factor by which a picture is scaled repeatedly until its file is small enough."""


@dataclass(frozen=True, slots=True)
class CleanPicture:
    """A complete, upright picture without metadata and animation."""

    data: bytes
    format: ImageFormat
    width: int
    height: int
    sha256: str

    @property
    def media_type(self) -> str:
        return self.format.media_type


def clean_picture(
    data: bytes, *, longest_side: int = VENDOR_SIDE, max_bytes: int = VENDOR_BYTES, limits: Limits = FOREIGN
) -> CleanPicture:
    """Inspect and clean the bytes of a picture from a caller.

    The compressed pixels are kept if possible. The picture is encoded again if it is rotated by EXIF, larger than the
    limits, in CMYK, an animation whose first frame is smaller than its canvas, or a jpeg other than baseline and
    progressive. The result is deterministic. The work is done in a child process within the limits.

    Raises:
        ImageRejected: not a picture that common viewers show, or over a limit: the sender's fault.
        ImagingUnavailable: the picture could not be processed now; it is not at fault.
    """
    limits.check_bytes(len(data))
    sniff(data)
    name, width, height, cleaned = run_bounded(lambda: _clean(data, longest_side, max_bytes, limits), limits)
    return CleanPicture(
        data=cleaned,
        format=ImageFormat(name.decode()),
        width=int(width),
        height=int(height),
        sha256=hashlib.sha256(cleaned).hexdigest(),
    )


def _clean(data: bytes, longest_side: int, max_bytes: int, limits: Limits) -> tuple[bytes, bytes, bytes, bytes]:
    structure = inspect(data, limits)
    fits = max(structure.width, structure.height) <= longest_side and len(structure.data) <= max_bytes
    if fits and structure.is_common and structure.orientation == 1:
        kept = _checked(structure)
        if len(kept) <= max_bytes:
            return _answer(structure.format, (structure.width, structure.height), kept)
    picture, _ = decode(structure, longest_side=longest_side, gap=FULL_QUALITY_GAP)
    image_format = structure.format
    del structure
    return _encoded(picture, image_format, max_bytes, limits)


def _checked(structure: Structure) -> bytes:
    """The file, after checking as fast as possible that it is complete."""
    if structure.format is ImageFormat.PNG:
        return with_all_rows(structure.data)
    check_decodes(structure)
    return structure.data


def _encoded(
    picture: Image.Image, image_format: ImageFormat, max_bytes: int, limits: Limits
) -> tuple[bytes, bytes, bytes, bytes]:
    if image_format is ImageFormat.WEBP:
        picture = _encodable(picture, limits)
    data = encode(picture, image_format, ORIGINAL_SETTINGS[image_format])
    if len(data) > max_bytes:
        del data
        image_format = ImageFormat.JPEG if picture.mode == "RGB" else ImageFormat.WEBP
        picture = _encodable(picture, limits)
        data = encode(picture, image_format, _SMALLER_SETTINGS[image_format])
    while len(data) > max_bytes and max(picture.size) > 1:
        picture = shrink(picture, int(max(picture.size) * _STEP))
        data = encode(picture, image_format, _SMALLER_SETTINGS[image_format])
    if len(data) > max_bytes:
        raise ImageRejected(f"The picture does not fit into {max_bytes} bytes.", RejectionReason.TOO_LARGE)
    return _answer(image_format, picture.size, data)


def _encodable(picture: Image.Image, limits: Limits) -> Image.Image:
    """A picture that can be encoded as webp within the memory: with transparency, a smaller one."""
    most = limits.memory_bytes / (picture.width * picture.height * _TRANSPARENT_WEBP_BYTES)
    if picture.mode == "RGB" or most >= 1:
        return picture
    return shrink(picture, int(max(picture.size) * math.sqrt(most)))


def _answer(image_format: ImageFormat, size: tuple[int, int], data: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    return image_format.value.encode(), str(size[0]).encode(), str(size[1]).encode(), data
