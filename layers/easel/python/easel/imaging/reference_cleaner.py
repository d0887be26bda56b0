"""Makes a caller's reference picture fit for vendors."""

from __future__ import annotations

from easel.domain.provider import ReferenceImage
from easel.imaging.foreign import clean_picture


class PillowReferenceCleaner:
    """`ports.providers.ReferenceCleaner`."""

    def clean(self, reference: ReferenceImage) -> ReferenceImage:
        """The picture whole, upright, without metadata and no larger than vendors take.

        Raises:
            ImageRejected: it is not a picture that common viewers show, or beyond the limits.
            ImagingUnavailable: it could not be looked at now.
        """
        picture = clean_picture(reference.data)
        return ReferenceImage(picture.data, picture.media_type, f"reference.{picture.format.extension}")
