"""Makes a caller's reference picture fit for a vendor: whole, upright, not too large, and with nothing to tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from easel.domain.provider import ReferenceImage
from easel.imaging.headers import ImageFormat, ImageHeader, read_header
from easel.imaging.metadata import without_metadata
from easel.imaging.pixels import (
    FULL_QUALITY_GAP,
    ORIGINAL_SETTINGS,
    decode,
    draft,
    encode,
    open_picture,
    orientation_of,
    refusing_damage,
    shrink,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL import Image

MAX_SIDE: Final = 4096
MAX_BYTES: Final = 7_000_000
"""What vendors take of one picture within a request."""

_INK: Final = "CMYK"
_SMALLER_SETTINGS: Final[Mapping[ImageFormat, Mapping[str, Any]]] = {
    ImageFormat.JPEG: {"quality": 90},
    ImageFormat.WEBP: {"quality": 90, "method": 0},
}
_STEP: Final = 0.75
"""By how much the sides shrink until the file fits."""


class PillowReferenceCleaner:
    """`ports.providers.ReferenceCleaner`."""

    def clean(self, reference: ReferenceImage) -> ReferenceImage:
        """The picture without metadata.

        It is only encoded anew where dropping parts of the file does not do: when EXIF turns it, when it is animated,
        in ink colours or too large.

        Raises:
            ImageRejected: not a picture, damaged or cut short, or beyond the limits of `imaging.headers`.
        """
        data, header = reference.data, read_header(reference.data)
        with refusing_damage(header.format):
            opened = open_picture(data, header)
            orientation = orientation_of(opened)
            if orientation == 1 and max(opened.size) <= MAX_SIDE and opened.mode != _INK and not _is_animated(opened):
                stripped = without_metadata(data, header.format)
                if len(stripped) <= MAX_BYTES:
                    _check_is_whole(stripped, header)
                    return _reference(stripped, header.format)
            picture = decode(opened, orientation, smallest_side=MAX_SIDE)
            return _encoded(shrink(picture, MAX_SIDE, FULL_QUALITY_GAP), header.format)


def _is_animated(opened: Image.Image) -> bool:
    # Of a png only the first picture is kept, by dropping the others.
    return opened.format == "WEBP" and bool(getattr(opened, "is_animated", False))


def _check_is_whole(data: bytes, header: ImageHeader) -> None:
    """Decode it once, as cheaply as its format allows: a vendor would charge for finding out."""
    opened = open_picture(data, header)
    draft(opened, 1)
    opened.load()


def _encoded(picture: Image.Image, image_format: ImageFormat) -> ReferenceImage:
    data = encode(picture, image_format, ORIGINAL_SETTINGS[image_format])
    if len(data) > MAX_BYTES:
        image_format = ImageFormat.JPEG if picture.mode == "RGB" else ImageFormat.WEBP
        data = encode(picture, image_format, _SMALLER_SETTINGS[image_format])
    while len(data) > MAX_BYTES:
        picture = shrink(picture, round(max(picture.size) * _STEP))
        data = encode(picture, image_format, _SMALLER_SETTINGS[image_format])
    return _reference(data, image_format)


def _reference(data: bytes, image_format: ImageFormat) -> ReferenceImage:
    return ReferenceImage(data, image_format.media_type, f"reference.{image_format.extension}")
