"""Identifiers: UUIDv7 (RFC 9562), which sort by time and are generated before the first write.

The last four bits of a generation's id are zero; its images have 1..10 there. So an image's id leads to its generation
without a look-up, and is still a valid, unique, time-ordered UUIDv7 (74 - 4 random bits).
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

_INDEX_BITS = 0xF
_DERIVED = 8
_NUMBER_BITS = 12
_RANDOM = 0xFFF
MAX_IMAGES = 10


def uuid7(milliseconds: int | None = None, random_bits: Callable[[int], int] = secrets.randbits) -> UUID:
    """A UUIDv7 of the current or the given millisecond since 1970."""
    moment = time.time_ns() // 1_000_000 if milliseconds is None else milliseconds
    value = (moment & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | random_bits(12) << 64 | 0b10 << 62 | random_bits(62)
    return UUID(int=value)


def new_id() -> str:
    """A new id for anything but generations and images."""
    return str(uuid7())


def new_generation_id() -> str:
    """A new id whose last four bits are zero, for the images' indexes."""
    return str(UUID(int=uuid7().int & ~_INDEX_BITS))


def image_id(generation_id: str, index: int) -> str:
    """The id of image `index` (0-based) of a generation."""
    if not 0 <= index < MAX_IMAGES:
        raise ValueError(f"image index {index} is not within 0..{MAX_IMAGES - 1}")
    return str(UUID(int=UUID(generation_id).int | (index + 1)))


def lowest_id(moment: datetime) -> str:
    """The id before which all ids of earlier milliseconds sort, and no others."""
    milliseconds = max(0, int(moment.timestamp() * 1000))
    return str(uuid7(milliseconds, lambda _: 0))


def number_of(identifier: str) -> int:
    """A number that stands for a UUIDv7 where clients need integers: its milliseconds, then its first random bits.

    Below 2^53 until 2039, so that JavaScript keeps it. Ids of one millisecond share a number once in 4,096 times: it is
    looked up among the generations of one person, who starts one at a time.
    """
    value = UUID(identifier).int
    return value >> 80 << _NUMBER_BITS | value >> 64 & _RANDOM


def prefix_of_number(number: int) -> str | None:
    """How the UUIDv7s of this number begin; None for a number that none has."""
    if not 0 < number < 1 << 48 + _NUMBER_BITS:
        return None
    text = f"{number >> _NUMBER_BITS:012x}"
    return f"{text[:8]}-{text[8:]}-7{number & _RANDOM:03x}"


def generation_of_image(image: str) -> tuple[str, int] | None:
    """(generation id, image index) of an image's id, or None when it cannot be an image's id."""
    try:
        value = UUID(image).int
    except ValueError:
        return None
    index = (value & _INDEX_BITS) - 1
    if not 0 <= index < MAX_IMAGES:
        return None
    return str(UUID(int=value & ~_INDEX_BITS)), index


def derived_id(milliseconds: int, name: str) -> str:
    """The id of something that happened at this time: the same for the same name, and ordered by time.

    A UUIDv8 (RFC 9562): milliseconds since 1970 as in a UUIDv7, then 74 bits of the name's SHA-256.
    """
    digest = int.from_bytes(hashlib.sha256(name.encode()).digest()[:16])
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | _DERIVED << 76 | (digest >> 116) << 64
    return str(UUID(int=value | 0b10 << 62 | digest & (1 << 62) - 1))


def is_derived(identifier: str) -> bool:
    """Whether this is a derived id, which begins with its time."""
    return UUID(identifier).version == _DERIVED


def moved_id(identifier: str, milliseconds: int) -> str:
    """A derived id with another time."""
    rest = UUID(identifier).int & (1 << 80) - 1
    return str(UUID(int=(milliseconds & 0xFFFF_FFFF_FFFF) << 80 | rest))
