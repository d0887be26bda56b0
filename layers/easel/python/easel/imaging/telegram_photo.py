"""A picture of ours as Telegram takes a photo by address: a JPEG within `domain.photo`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PIL import Image

from easel.domain.photo import MAX_BYTES, MAX_RATIO, MAX_SIDES, is_photo
from easel.imaging.bounded import run_bounded
from easel.imaging.decoding import decode
from easel.imaging.formats import ImageFormat
from easel.imaging.inspection import inspect
from easel.imaging.limits import PAID
from easel.imaging.pixels import encode, on_white, shrink
from easel.imaging.provenance import statement, with_statement

if TYPE_CHECKING:
    from easel.domain.image import ServedBy

_QUALITIES: Final = (90, 80, 65)
_SMALLER: Final = 0.75
_ROOM: Final = 8 * 1024
"""For the statement that the picture was made by a model."""


class PillowPhotoMaker:
    """`services.images.show_photo.PhotoMaker`."""

    def photo(self, data: bytes, made_by: ServedBy) -> bytes:
        """The picture as a photo.

        Raises:
            ImageRejected: not a picture that can be decoded.
            ImagingUnavailable: it could not be processed now.
        """
        (photo,) = run_bounded(lambda: [_photo(data)], PAID)
        return with_statement(photo, ImageFormat.JPEG, statement(made_by))[0]


def _photo(data: bytes) -> bytes:
    picture, _ = decode(inspect(data, PAID))
    picture = _within(on_white(picture))
    while True:
        for quality in _QUALITIES:
            encoded = encode(picture, ImageFormat.JPEG, {"quality": quality})
            if len(encoded) <= MAX_BYTES - _ROOM:
                return encoded
        picture = shrink(picture, int(max(picture.size) * _SMALLER))


def _within(picture: Image.Image) -> Image.Image:
    """No longer and no larger than a photo may be: a strip gets white margins."""
    width, height = picture.size
    if is_photo(width, height):
        return picture
    if max(width, height) > MAX_RATIO * min(width, height):
        least = -(-max(width, height) // MAX_RATIO)
        ground = Image.new("RGB", (max(width, least), max(height, least)), "white")
        ground.paste(picture, ((ground.width - width) // 2, (ground.height - height) // 2))
        picture = ground
    longest, sides = max(picture.size), sum(picture.size)
    return shrink(picture, longest * MAX_SIDES // sides) if sides > MAX_SIDES else picture
