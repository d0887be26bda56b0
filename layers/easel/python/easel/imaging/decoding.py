"""Decode pictures with Pillow, after `inspection`.

This runs in the child process of `bounded`. To save memory, a picture is scaled down before it is converted.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import replace
from typing import Final

from PIL import Image, ImageChops, PngImagePlugin, _webp

from easel.domain.request import Size
from easel.errors import ImageRejected
from easel.imaging.containers import parts_of
from easel.imaging.formats import ImageFormat
from easel.imaging.pixels import FAST_GAP, PLUGINS, shrink
from easel.imaging.png_rows import with_all_rows
from easel.imaging.structure import Structure

_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How to make a picture upright, by its EXIF orientation (Exif 2.32, 4.6.4); 1 is upright."""
_SIDEWAYS: Final = frozenset({5, 6, 7, 8})

_SHRINKABLE: Final = frozenset({"L", "RGB", "RGBX", "RGBA", "CMYK"})
"""Modes that can be scaled without conversion."""
_PILLOW_DEPTH: Final = 8
_HIGH_BYTES: Final = {"L": "L;16B", "RGB": "RGB;16B"}
_LOW_BYTES: Final = {"L": "L;16", "RGB": "RGB;16L"}
"""Pillow's raw modes for the high and the low bytes of 16 bits a channel; it keeps only eight bits."""
_MISSING_GREY: Final = b"\x80"
_MISSING_INK: Final = b"\x7f\x80"
"""Levels that a jpeg decoder fills in for missing data; CMYK may be stored inverted."""
_MOST_MISSING: Final = 1 / 12
"""Share of a picture that may be missing."""


def upright_size(structure: Structure) -> Size:
    """The size that a viewer shows."""
    width, height = structure.width, structure.height
    return Size(height, width) if structure.orientation in _SIDEWAYS else Size(width, height)


def decode(
    structure: Structure, *, longest_side: int | None = None, gap: float = FAST_GAP
) -> tuple[Image.Image, Structure]:
    """Decode to upright RGB or RGBA, scaled down to `longest_side` if given; also returns the structure, mended.

    Raises:
        ImageRejected: the picture is damaged or truncated.
    """
    if structure.is_mended:
        structure = made_whole(structure)
    try:
        # The decoded picture has no other name, so it is freed once it is scaled.
        return _finished(_loaded(structure, longest_side), structure, longest_side, gap), structure
    except OSError:
        if structure.format is not ImageFormat.PNG or structure.is_mended:
            raise
    structure = made_whole(structure)
    return _finished(_loaded(structure, longest_side), structure, longest_side, gap), structure


def made_whole(structure: Structure) -> Structure:
    """Complete a truncated picture. Raises ImageRejected if too much of it is missing."""
    if structure.format is ImageFormat.PNG:
        return replace(structure, data=with_all_rows(structure.data), is_mended=True)
    _check_is_whole(structure)
    return structure


def check_decodes(structure: Structure) -> None:
    """Decode a jpeg or webp as fast as possible. Raises ImageRejected, or what Pillow raises."""
    _check_is_whole(structure)
    _loaded(structure, 1)


def decode_original(
    data: bytes, structure: Structure, *, longest_side: int | None = None
) -> tuple[Image.Image, Structure]:
    """Decode as `decode`; if a strict decoder (Pillow) refuses or warns of the original file, its mended form.

    Raises:
        ImageRejected: the picture is damaged or truncated.
    """
    if structure.format is ImageFormat.JPEG and not structure.is_mended:
        # Nothing less than decoding the file shows whether it is read.
        picture = _strictly_decoded(data, structure, longest_side)
        if picture is not None:
            return picture, structure
        structure = replace(structure, is_mended=True)
    elif not structure.is_mended and not _opens_strictly(data, structure.format):
        structure = replace(structure, is_mended=True)
    return decode(structure, longest_side=longest_side)


def _strictly_decoded(data: bytes, structure: Structure, longest_side: int | None) -> Image.Image | None:
    original = replace(structure, data=data)
    try:
        with warnings.catch_warnings(action="error"):
            # As in `decode`, the decoded picture has no other name.
            return _finished(_loaded(original, longest_side), structure, longest_side, FAST_GAP)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - any other exception means the same
        return None


def _opens_strictly(data: bytes, image_format: ImageFormat) -> bool:
    """Whether Pillow opens a png or webp without an error or a warning."""
    try:
        with (
            warnings.catch_warnings(action="error"),
            Image.open(io.BytesIO(data), formats=[PLUGINS[image_format]]) as it,
        ):
            if image_format is ImageFormat.PNG and _has_chunks_behind_pixels(data):
                # They are read after decoding.
                it.load()
    except Exception:  # noqa: BLE001 - any exception means the same
        return False
    return True


def _has_chunks_behind_pixels(data: bytes) -> bool:
    kinds = [part.kind for part in parts_of(data, ImageFormat.PNG)]
    return set(kinds[kinds.index(b"IDAT") : -1]) != {b"IDAT"}


def _finished(picture: Image.Image, structure: Structure, longest_side: int | None, gap: float) -> Image.Image:
    if longest_side is not None and picture.mode in _SHRINKABLE:
        picture = shrink(picture, longest_side, gap)
    picture = _in_colour(picture)
    if longest_side is not None:
        picture = shrink(picture, longest_side, gap)
    # Remove comments, EXIF and text of the original, which Pillow would write into new files.
    picture.info = {"icc_profile": structure.profile} if structure.profile else {}
    if structure.orientation in _UPRIGHT:
        info = picture.info
        picture = picture.transpose(_UPRIGHT[structure.orientation])
        picture.info = info
    return picture


def _check_is_whole(structure: Structure) -> None:
    """Raise ImageRejected if too much of a jpeg without end marker is missing.

    The decoder fills the rest with grey; the grey pixels at the end are counted.
    """
    if not structure.is_unfinished:
        return
    small = _opened(structure)
    small.draft(None, (max(1, small.width // 4), max(1, small.height // 4)))
    small.load()
    missing = _MISSING_INK if small.mode == "CMYK" else _MISSING_GREY
    data, stride = small.tobytes(), small.width * len(small.getbands())
    count = 0
    for start in range(len(data) - stride, -1, -stride):
        row = data[start : start + stride]
        there = len(row.rstrip(missing))
        count += stride - there
        if there == stride:
            break
    if count > len(data) * _MOST_MISSING:
        raise ImageRejected("The jpeg picture is truncated: rows are missing.")


def _opened(structure: Structure) -> Image.Image:
    source = Image.open(io.BytesIO(structure.data), formats=[PLUGINS[structure.format]])
    if source.size != (structure.width, structure.height):
        raise ImageRejected(f"The {structure.format} picture contradicts itself about its size.")
    return source


def _loaded(structure: Structure, longest_side: int | None) -> Image.Image:
    """Decode to eight bits a channel, in the mode of the file."""
    if structure.format is ImageFormat.WEBP:
        return _loaded_webp(structure)
    if structure.transparent is not None:
        return _loaded_with_key(structure, structure.transparent)
    source = _opened(structure)
    if source.mode == "I;16":
        source = _with_raw_mode(source, "L", _HIGH_BYTES["L"])
    if longest_side is not None:
        # A jpeg can be decoded at 1/8, 1/4 or 1/2 of its size, if that is at least `longest_side`.
        scale = min(1.0, longest_side / max(source.size))
        source.draft(None, (max(1, round(source.width * scale)), max(1, round(source.height * scale))))
    source.load()
    return source


def _loaded_webp(structure: Structure) -> Image.Image:
    """Decode as Pillow does, with two copies less: the decoder is freed before the picture is made."""
    decoder = _webp.WebPAnimDecoder(structure.data)
    (width, height), *_, mode = decoder.get_info()
    frame = decoder.get_next() if (width, height) == (structure.width, structure.height) else None
    del decoder
    if frame is None:
        raise ImageRejected("The webp picture is damaged.")
    return Image.frombuffer(mode, (width, height), frame[0], "raw", mode, 0, 1)


def _loaded_with_key(structure: Structure, key: tuple[int, ...]) -> Image.Image:
    """Decode a grey or RGB png with a transparent colour, which is compared in the bit depth of the file."""
    bands = "L" if len(key) == 1 else "RGB"
    if structure.depth > _PILLOW_DEPTH:
        picture = _half_loaded(structure, bands, _HIGH_BYTES[bands])
        low = _half_loaded(structure, bands, _LOW_BYTES[bands])
        equal = ImageChops.multiply(_equal(picture, [level >> 8 for level in key]), _equal(low, [n & 255 for n in key]))
    else:
        source = _opened(structure)
        source.load()
        picture = source if source.mode == bands else source.convert(bands)
        scale = 255 // ((1 << structure.depth) - 1)
        # A value that exceeds the bit depth matches no pixel.
        equal = _equal(picture, [level * scale for level in key])
    picture = picture.convert("RGBA")
    picture.putalpha(ImageChops.invert(equal))
    return picture


def _half_loaded(structure: Structure, mode: str, raw_mode: str) -> Image.Image:
    source = _with_raw_mode(_opened(structure), mode, raw_mode)
    source.load()
    return source


def _with_raw_mode(source: Image.Image, mode: str, raw_mode: str) -> Image.Image:
    """Override the raw mode in which Pillow reads the pixels."""
    assert isinstance(source, PngImagePlugin.PngImageFile)  # noqa: S101 - narrows the type; only png has 16 bits
    source._mode = mode  # noqa: SLF001 - no public API for it
    source.tile = [tile._replace(args=raw_mode) for tile in source.tile]
    return source


def _equal(picture: Image.Image, key: list[int]) -> Image.Image:
    """A mask: white where a pixel has this colour, else black."""
    masks = [
        band.point([255 * (level == value) for level in range(256)])
        for band, value in zip(picture.split(), key, strict=True)
    ]
    equal = masks[0]
    for mask in masks[1:]:
        equal = ImageChops.multiply(equal, mask)
    return equal


def _in_colour(picture: Image.Image) -> Image.Image:
    """Convert to RGB, or to RGBA if there is transparency."""
    if picture.mode == "RGB" and not picture.has_transparency_data:
        return picture
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    return picture if picture.mode == mode else picture.convert(mode)
