"""What Telegram takes as a photo by address."""

from __future__ import annotations

from typing import Final

MAX_BYTES: Final = 5_000_000
MAX_SIDES: Final = 10_000
"""Width and height together."""
MAX_RATIO: Final = 20


def is_photo(width: int, height: int) -> bool:
    """Whether Telegram takes a photo of these sides."""
    return width + height <= MAX_SIDES and max(width, height) <= MAX_RATIO * min(width, height)
