"""The result of inspecting a picture before decoding it."""

from __future__ import annotations

from dataclasses import dataclass

from easel.imaging.exif import UPRIGHT
from easel.imaging.formats import ImageFormat


@dataclass(frozen=True, slots=True)
class Structure:
    """Size and properties of a picture, and a copy of its file with the pixels only.

    `width` and `height` are those stored, before `orientation` is applied. `data` decodes to the same pixels as the
    original file, but has no metadata, no second picture and no malformed chunks; only the compressed pixels may still
    be damaged. A valid colour profile is kept in it.
    """

    format: ImageFormat
    width: int
    height: int
    data: bytes
    decoding_bytes: int
    """Upper estimate of the memory that decoding needs."""
    orientation: int = UPRIGHT
    profile: bytes | None = None
    """The ICC profile of RGB pixels."""
    is_common: bool = True
    """`data` can be passed on without encoding it again: no animation, no CMYK, no rare kind of jpeg."""
    is_mended: bool = False
    """The original file violates its format, so that some decoders may refuse it."""
    is_unfinished: bool = False
    """A jpeg without end marker: its compressed data may be truncated."""
    transparent: tuple[int, ...] | None = None
    """The transparent colour of a png, in its own bit depth: one number for grey, three for RGB."""
    depth: int = 8
    """Bits of one channel."""
