"""Recognize image formats by their magic number."""

from __future__ import annotations

from typing import Literal


def sniff_media_type(data: bytes) -> Literal["image/png", "image/jpeg", "image/webp"] | None:
    """The media type of an image by its first bytes; None for anything else."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return None
