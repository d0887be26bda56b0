"""Prepare reference pictures for vendors."""

from __future__ import annotations

from easel.domain.provider import ReferenceImage
from easel.imaging.foreign import clean_picture
from easel.imaging.limits import Limits


class PillowReferenceCleaner:
    """`ports.providers.ReferenceCleaner`."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def clean(self, reference: ReferenceImage) -> ReferenceImage:
        """The picture complete, upright, without metadata, and within the limits of vendors.

        Raises:
            ImageRejected: not a picture that common viewers show, or over a limit.
            ImagingUnavailable: it could not be processed now.
        """
        picture = clean_picture(reference.data, limits=self._limits)
        return ReferenceImage(picture.data, picture.media_type, f"reference.{picture.format.extension}")
