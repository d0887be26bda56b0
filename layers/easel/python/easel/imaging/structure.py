"""What is known of a picture's file before anything is decoded."""

from __future__ import annotations

from dataclasses import dataclass

from easel.imaging.exif import UPRIGHT
from easel.imaging.formats import ImageFormat


@dataclass(frozen=True, slots=True)
class Structure:
    """A picture taken apart: its measures, and its file without anything that does not show.

    `width` and `height` are the stored ones, before `orientation`. `data` decodes to the same pixels as the file that
    came, in every decoder: it has no metadata, no second picture and nothing malformed but, maybe, the compressed
    pixels. A colour profile stays in it, if it is one.
    """

    format: ImageFormat
    width: int
    height: int
    data: bytes
    decoding_bytes: int
    """What decoding takes at most, in memory."""
    orientation: int = UPRIGHT
    profile: bytes | None = None
    """The ICC profile of RGB pixels."""
    is_common: bool = True
    """Decoders everywhere read it as it is: no animation, no ink colours, no rare kind of jpeg."""
    is_mended: bool = False
    """The file broke the rules of its format, in a way that some decoders would refuse."""
    is_unfinished: bool = False
    """A jpeg without an end: its compressed data may be cut short."""
    transparent: tuple[int, ...] | None = None
    """The colour of a png that is transparent, in its own depth: one number for grey, three for RGB."""
    depth: int = 8
    """Bits of one channel."""
