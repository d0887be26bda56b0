"""What a picture says of its own origin, for people and programs that meet it elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

TRAINED_ALGORITHMIC_MEDIA: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
"""IPTC's word for a picture that a trained model has made."""


class ContentCredentials(StrEnum):
    """What became of the signed C2PA manifest of a vendor."""

    KEPT = "kept"
    """The bytes are the vendor's, so that its signature still holds."""
    REMOVED = "removed"
    """The vendor had signed; the picture was made anew, and a signature cannot outlive that."""
    ABSENT = "absent"
    """The vendor had not signed."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What the bytes of a stored picture say of their origin; `watermark` is the text that can be seen in it."""

    digital_source_type: str = TRAINED_ALGORITHMIC_MEDIA
    c2pa: ContentCredentials = ContentCredentials.ABSENT
    watermark: str | None = None
