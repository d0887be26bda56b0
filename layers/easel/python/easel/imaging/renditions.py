"""Make the renditions of a picture of ours: scaled down, or cropped around its middle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from easel.imaging.bounded import run_bounded
from easel.imaging.decoding import decode
from easel.imaging.formats import ImageFormat
from easel.imaging.inspection import inspect
from easel.imaging.limits import PAID
from easel.imaging.pixels import FULL_QUALITY_GAP, encode, resize
from easel.imaging.provenance import statement, with_statement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL import Image

    from easel.domain.image import ServedBy
    from easel.domain.renditions import Rendition

_FORMATS: Final = {"image/jpeg": ImageFormat.JPEG, "image/webp": ImageFormat.WEBP}
_QUALITIES: Final = (85, 75, 60)
_MORE: Final[Mapping[ImageFormat, Mapping[str, Any]]] = {
    ImageFormat.JPEG: {"progressive": True, "optimize": True},
    ImageFormat.WEBP: {"method": 2},
}
_ROOM: Final = 8 * 1024
"""For the statement that the picture was made by a model."""


class PillowRenditionMaker:
    """`services.content.show_rendition.RenditionMaker`."""

    def make(self, data: bytes, rendition: Rendition, *, made_by: ServedBy, source_type: str) -> bytes:
        """The file, marked as made by a model.

        Raises:
            ImageRejected: not a picture that can be decoded.
            ImagingUnavailable: it could not be made now.
        """
        (file,) = run_bounded(lambda: [_made(data, rendition)], PAID)
        return with_statement(file, _FORMATS[rendition.media_type], statement(made_by, source_type))[0]


def _made(data: bytes, rendition: Rendition) -> bytes:
    picture, _ = decode(inspect(data, PAID))
    picture = _scaled(picture, rendition)
    chosen = _FORMATS[rendition.media_type]
    encoded = b""
    for quality in _QUALITIES:
        encoded = encode(picture, chosen, {"quality": quality, **_MORE[chosen]})
        if rendition.max_bytes is None or len(encoded) <= rendition.max_bytes - _ROOM:
            break
    return encoded


def _scaled(picture: Image.Image, rendition: Rendition) -> Image.Image:
    width, height = picture.size
    info = picture.info
    if rendition.height is None:
        if width <= rendition.width:
            return picture
        size = (rendition.width, max(1, round(height * rendition.width / width)))
        box = (0.0, 0.0, float(width), float(height))
    else:
        size = (rendition.width, rendition.height)
        scale = max(size[0] / width, size[1] / height)
        left, top = (width - size[0] / scale) / 2, (height - size[1] / scale) / 2
        box = (max(0.0, left), max(0.0, top), min(float(width), width - left), min(float(height), height - top))
    scaled = resize(picture, size, box, FULL_QUALITY_GAP)
    scaled.info = info
    return scaled
