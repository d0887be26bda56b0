"""Long texts in fewer bytes: DynamoDB bills a write by the kilobyte."""

from __future__ import annotations

import zlib
from typing import Final

_SHORT: Final = 512
"""Bytes. Shorter texts stay readable in the console."""


def compressed(text: str) -> str | bytes:
    """The text as zlib's bytes, or unchanged where that saves nothing."""
    data = text.encode("utf-8", "surrogatepass")
    if len(data) <= _SHORT:
        return text
    smaller = zlib.compress(data, 9)
    return smaller if len(smaller) < len(data) else text


def decompressed(value: object) -> str:
    """The inverse of `compressed`. Raises ValueError for anything else."""
    if isinstance(value, str):
        return value
    if not isinstance(value, (bytes, bytearray)):
        raise ValueError("This is no compressed text.")  # noqa: TRY004 - bad data is a ValueError for every caller
    try:
        return zlib.decompress(value).decode("utf-8", "surrogatepass")
    except zlib.error as error:
        raise ValueError("This is no compressed text.") from error
