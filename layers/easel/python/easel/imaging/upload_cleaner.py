"""Check and clean uploaded pictures, and make their thumbnails."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from easel.domain.provider import ReferenceImage
from easel.domain.upload import MAX_BYTES
from easel.imaging.bounded import run_bounded
from easel.imaging.decoding import decode
from easel.imaging.foreign import VENDOR_BYTES, VENDOR_SIDE, CleanPicture, clean_picture
from easel.imaging.formats import ImageFormat
from easel.imaging.inspection import inspect
from easel.imaging.limits import FOREIGN
from easel.imaging.pixels import encode
from easel.services.ports.uploads import CleanedUpload

THUMBNAIL_SIDE: Final = 320

_LIMITS: Final = replace(FOREIGN, file_bytes=MAX_BYTES)
_THUMBNAIL_SETTINGS: Final = {"quality": 80, "method": 0}


class PillowUploadCleaner:
    """`ports.uploads.UploadCleaner`."""

    def clean(self, data: bytes) -> CleanedUpload:
        """The picture complete, upright and without metadata, in its own size and format.

        Raises:
            ImageRejected: not a picture that common viewers show, or over a limit.
            ImagingUnavailable: it could not be processed now.
        """
        picture = clean_picture(data, longest_side=_LIMITS.side, max_bytes=MAX_BYTES, limits=_LIMITS)
        (thumbnail,) = run_bounded(lambda: [_thumbnail(picture.data)], _LIMITS)
        return CleanedUpload(
            data=picture.data,
            thumbnail=thumbnail,
            media_type=picture.media_type,
            width=picture.width,
            height=picture.height,
            sha256=picture.sha256,
            reference=_for_vendors(picture),
        )


def _for_vendors(picture: CleanPicture) -> ReferenceImage | None:
    """A smaller one, if vendors do not take this one: the workers that call them have less memory to make it."""
    if max(picture.width, picture.height) <= VENDOR_SIDE and len(picture.data) <= VENDOR_BYTES:
        return None
    smaller = clean_picture(picture.data, limits=_LIMITS)
    return ReferenceImage(smaller.data, smaller.media_type, f"reference.{smaller.format.extension}")


def _thumbnail(data: bytes) -> bytes:
    picture, _ = decode(inspect(data, _LIMITS), longest_side=THUMBNAIL_SIDE)
    return encode(picture, ImageFormat.WEBP, _THUMBNAIL_SETTINGS)
