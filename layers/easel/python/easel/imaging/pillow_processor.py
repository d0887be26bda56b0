"""From a vendor's bytes to what we store: the original in size and format as asked, two smaller copies, a blurhash.

The only module that imports Pillow. The same bytes in always give the same bytes out, so that a repeat writes the same
objects again.
"""

from __future__ import annotations

import hashlib
import io
import struct
import warnings
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import blurhash  # type: ignore[import-untyped]  # the package carries no types

# The plugins are loaded here, at start-up, and not with the first picture.
from PIL import Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from easel.domain.generation import Generation, Size
from easel.errors import ImageRejected
from easel.imaging.headers import ImageFormat, ImageHeader, read_header
from easel.services.ports import ProcessedImage

if TYPE_CHECKING:
    from collections.abc import Iterator

PREVIEW_SIDE: Final = 1024
THUMBNAIL_SIDE: Final = 320

_BLURHASH_SIDE: Final = 32
_BLURHASH_COLUMNS: Final = 4
_BLURHASH_ROWS: Final = 3

_PLUGINS: Final = {
    ImageFormat.PNG: PngImagePlugin.PngImageFile.format,
    ImageFormat.JPEG: JpegImagePlugin.JpegImageFile.format,
    ImageFormat.WEBP: WebPImagePlugin.WebPImageFile.format,
}

# On 2048x2048: png level 1 is 6 % larger than level 6 and five times as fast, webp method 0 takes two thirds of the
# time of method 2.
_ORIGINAL_SETTINGS: Final[dict[ImageFormat, dict[str, Any]]] = {
    ImageFormat.PNG: {"compress_level": 1},
    ImageFormat.JPEG: {"quality": 92, "subsampling": "4:4:4"},
    ImageFormat.WEBP: {"quality": 90, "method": 0},
}
_VARIANT_SETTINGS: Final[dict[str, Any]] = {"quality": 80, "method": 0}

_FULL_QUALITY_GAP: Final = 3.0
"""`reducing_gap` from which Pillow's documentation calls the result indistinguishable."""
_FAST_GAP: Final = 1.0
"""The fastest: whole factors are averaged, only the rest is resampled. Ten times as fast for 2048 to 1024."""

_ORIENTATION_TAG: Final = 0x0112
_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What sets a picture upright, by its EXIF orientation (Exif 2.32, 4.6.4); 1 is upright already."""
_SIDEWAYS: Final = frozenset({5, 6, 7, 8})

_DAMAGE: Final = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
"""What Pillow raises on damaged files, depending on where the damage is."""


class PillowImageProcessor:
    """`ports.ImageProcessor`."""

    def process(self, data: bytes, generation: Generation) -> ProcessedImage:
        """Check the picture and make it what was asked for.

        The bytes are kept as they came when size and format are right. Otherwise the picture is scaled until it covers
        the size asked for, cut to it around the centre, and encoded in the format asked for.

        Raises:
            ImageRejected: not a picture, damaged or cut short, or beyond the limits of `imaging.headers`.
        """
        header = read_header(data)
        asked = generation.parameters
        image_format = ImageFormat(asked.output_format or header.format)
        with _refusing_damage(header):
            source = _open(data, header)
            orientation = _orientation(source)
            size = asked.size or _upright_size(source, orientation)
            is_kept = (size, image_format) == (_upright_size(source, orientation), header.format)
            picture = _decode(source, orientation, smallest_side=PREVIEW_SIDE if is_kept else None)
        if not is_kept:
            picture = _cover(picture, size)
            data = _encode(picture, image_format, _ORIGINAL_SETTINGS[image_format])
        return _with_variants(data, picture, image_format, size)


def _with_variants(data: bytes, picture: Image.Image, image_format: ImageFormat, size: Size) -> ProcessedImage:
    preview = _shrink(picture, PREVIEW_SIDE)
    thumbnail = _shrink(preview, THUMBNAIL_SIDE)
    return ProcessedImage(
        original=data,
        preview=_encode(preview, ImageFormat.WEBP, _VARIANT_SETTINGS),
        thumbnail=_encode(thumbnail, ImageFormat.WEBP, _VARIANT_SETTINGS),
        media_type=image_format.media_type,
        extension=image_format.extension,
        width=size.width,
        height=size.height,
        sha256=hashlib.sha256(data).hexdigest(),
        blurhash=_blurhash(thumbnail),
    )


@contextmanager
def _refusing_damage(header: ImageHeader) -> Iterator[None]:
    try:
        # Pillow warns of odd metadata on the standard error; nobody can act on it.
        with warnings.catch_warnings(action="ignore"):
            yield
    except _DAMAGE as error:
        raise ImageRejected(f"The {header.format} picture is damaged or cut short.") from error


def _open(data: bytes, header: ImageHeader) -> Image.Image:
    source = Image.open(io.BytesIO(data), formats=[_PLUGINS[header.format]])
    # The limits were checked on our own reading of the header, so Pillow must have read the same.
    if source.size != (header.width, header.height):
        raise ImageRejected(f"The {header.format} picture contradicts itself about its size.")
    return source


def _orientation(source: Image.Image) -> int:
    # Metadata nobody can read is no reason to refuse a picture.
    try:
        value = source.getexif().get(_ORIENTATION_TAG)
    except _DAMAGE:
        return 1
    return value if value in _UPRIGHT else 1


def _upright_size(source: Image.Image, orientation: int) -> Size:
    width, height = source.size
    return Size(height, width) if orientation in _SIDEWAYS else Size(width, height)


def _decode(source: Image.Image, orientation: int, *, smallest_side: int | None) -> Image.Image:
    """Pixels as upright RGB or RGBA; when only copies of `smallest_side` are needed, a jpeg is decoded at less."""
    if smallest_side is not None:
        scale = min(1.0, smallest_side / max(source.size))
        source.draft(None, (round(source.width * scale), round(source.height * scale)))
    source.load()
    picture = _in_eight_bit_colour(source)
    return picture.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else picture


def _in_eight_bit_colour(source: Image.Image) -> Image.Image:
    # A profile describes the colours of its own mode only: one for grey or ink would spoil RGB.
    profile = source.info.get("icc_profile") if source.mode in {"RGB", "RGBA", "P"} else None
    if source.mode.startswith("I;16"):
        source = source.point(lambda level: level / 256)  # Pillow's own conversion cuts off instead of scaling
    picture = source.convert("RGBA" if source.has_transparency_data else "RGB")
    # Nothing else may travel along: comments, EXIF and text of the original have no place in what we make of it.
    picture.info = {"icc_profile": profile} if profile else {}
    return picture


def _cover(picture: Image.Image, size: Size) -> Image.Image:
    if picture.size == (size.width, size.height):
        return picture
    scale = min(picture.width / size.width, picture.height / size.height)
    left = max(0.0, (picture.width - size.width * scale) / 2)
    top = max(0.0, (picture.height - size.height * scale) / 2)
    box = (left, top, picture.width - left, picture.height - top)
    return picture.resize((size.width, size.height), Image.Resampling.LANCZOS, box, _FULL_QUALITY_GAP)


def _shrink(picture: Image.Image, longest_side: int) -> Image.Image:
    scale = longest_side / max(picture.size)
    if scale >= 1:
        return picture
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=_FAST_GAP)


def _encode(picture: Image.Image, image_format: ImageFormat, settings: dict[str, Any]) -> bytes:
    if image_format is ImageFormat.JPEG:
        picture = _on_white(picture)
    target = io.BytesIO()
    picture.save(target, _PLUGINS[image_format], icc_profile=picture.info.get("icc_profile"), **settings)
    return target.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode == "RGB":
        return picture
    ground = Image.new("RGBA", picture.size, "white")
    ground.alpha_composite(picture)
    flat = ground.convert("RGB")
    flat.info = picture.info
    return flat


def _blurhash(picture: Image.Image) -> str:
    small = _on_white(_shrink(picture, _BLURHASH_SIDE))
    rows = [[small.getpixel((x, y)) for x in range(small.width)] for y in range(small.height)]
    text: str = blurhash.encode(rows, _BLURHASH_COLUMNS, _BLURHASH_ROWS)
    return text
