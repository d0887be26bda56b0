"""Validate ICC profiles (ICC.1:2022, 7.2)."""

from __future__ import annotations

import struct
from typing import Final

MAX_PROFILE: Final = 1024 * 1024
"""Larger ones are dropped; common decoders refuse them, too."""
RGB, GREY, INK = b"RGB ", b"GRAY", b"CMYK"

_HEADER_BYTES: Final = 128


def usable_profile(profile: bytes, colours: bytes) -> bytes | None:
    """The profile, cut to its declared length; None if it is invalid or for another colour space."""
    if not _HEADER_BYTES < len(profile) <= MAX_PROFILE or profile[36:40] != b"acsp" or profile[16:20] != colours:
        return None
    (length,) = struct.unpack_from(">I", profile)
    return profile[:length] if _HEADER_BYTES < length <= len(profile) else None
