"""Provenance metadata of a stored picture."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

TRAINED_ALGORITHMIC_MEDIA: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
"""IPTC digital source type for media made by a trained model."""


class ContentCredentials(StrEnum):
    """Whether the vendor's signed C2PA manifest is still in the file."""

    KEPT = "kept"
    """The file is unchanged, so the signature is still valid."""
    REMOVED = "removed"
    """The vendor's file was signed, but the picture was encoded again, which removes the manifest."""
    ABSENT = "absent"
    """The vendor's file was not signed."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Provenance in the file of a stored picture; `watermark` is the visible text in it."""

    digital_source_type: str = TRAINED_ALGORITHMIC_MEDIA
    c2pa: ContentCredentials = ContentCredentials.ABSENT
    watermark: str | None = None
