"""From a vendor's bytes to what we store: the original in size and format as asked, two smaller copies, a blurhash.

Each of them says that a model made it. The same bytes in always give the same bytes out, so that a repeat writes the
same objects again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import blurhash  # type: ignore[import-untyped]  # the package carries no types
from PIL import Image

from easel.domain.generation import Generation
from easel.domain.image import ServedBy
from easel.domain.provenance import TRAINED_ALGORITHMIC_MEDIA, ContentCredentials, Provenance
from easel.domain.request import ImageParameters, Size
from easel.imaging.headers import ImageFormat, read_header
from easel.imaging.pixels import (
    FULL_QUALITY_GAP,
    ORIGINAL_SETTINGS,
    decode,
    encode,
    on_white,
    open_picture,
    orientation_of,
    refusing_damage,
    shrink,
    upright_size,
)
from easel.imaging.provenance import is_signed, statement, with_statement
from easel.imaging.watermark import draw_watermark
from easel.services.ports.pictures import ProcessedImage, UnmarkedOriginal

if TYPE_CHECKING:
    from collections.abc import Mapping

PREVIEW_SIDE: Final = 1024
THUMBNAIL_SIDE: Final = 320

_BLURHASH_SIDE: Final = 32
_BLURHASH_COLUMNS: Final = 4
_BLURHASH_ROWS: Final = 3

_VARIANT_SETTINGS: Final[Mapping[str, Any]] = {"quality": 80, "method": 0}


class PillowImageProcessor:
    """`ports.pictures.ImageProcessor`."""

    def process(
        self, data: bytes, generation: Generation, *, made_by: ServedBy, drawn: str | None = None
    ) -> ProcessedImage:
        """Check the picture and make it what was asked for. `drawn` is a watermark that the vendor has drawn.

        The pixels are kept as they came when size and format are right and no watermark is missing. Otherwise the
        picture is scaled until it covers the size asked for, cut to it around the centre, marked, and encoded in the
        format asked for.

        Raises:
            ImageRejected: not a picture, damaged or cut short, or beyond the limits of `imaging.headers`.
        """
        asked = generation.parameters
        missing = asked.watermark if drawn is None else None
        source = _read(data, asked, is_to_be_marked=missing is not None)
        packet = statement(made_by)
        image_format, size = ImageFormat(asked.output_format or source.format), asked.size or source.size
        if source.is_kept:
            picture = source.picture
            original, source_type = source.stated(packet)
        else:
            picture = _cover(source.picture, size)
            if missing is not None:
                draw_watermark(picture, missing)
            encoded = encode(picture, image_format, ORIGINAL_SETTINGS[image_format])
            original, source_type = with_statement(encoded, image_format, packet)
        preview = shrink(picture, PREVIEW_SIDE)
        thumbnail = shrink(preview, THUMBNAIL_SIDE)
        return ProcessedImage(
            original=original,
            preview=_variant(preview, packet),
            thumbnail=_variant(thumbnail, packet),
            media_type=image_format.media_type,
            extension=image_format.extension,
            width=size.width,
            height=size.height,
            sha256=hashlib.sha256(original).hexdigest(),
            blurhash=_blurhash(thumbnail),
            provenance=Provenance(source_type, source.credentials, asked.watermark),
            unmarked=source.unmarked(packet) if missing is not None else None,
        )


@dataclass(frozen=True, slots=True)
class _Source:
    """What came from the vendor: its bytes, and its pixels as large as they are needed."""

    data: bytes
    format: ImageFormat
    size: Size
    picture: Image.Image
    is_signed: bool
    is_kept: bool

    def stated(self, packet: bytes) -> tuple[bytes, str]:
        """The bytes with our statement in them, and the source type that they give.

        A signed file stays as it is: its signature covers every byte outside of the manifest, and the manifest itself
        names the source type, as C2PA asks of whatever was created.
        """
        if self.is_signed:
            return self.data, TRAINED_ALGORITHMIC_MEDIA
        with refusing_damage(self.format):
            return with_statement(self.data, self.format, packet)

    @property
    def credentials(self) -> ContentCredentials:
        if not self.is_signed:
            return ContentCredentials.ABSENT
        return ContentCredentials.KEPT if self.is_kept else ContentCredentials.REMOVED

    def unmarked(self, packet: bytes) -> UnmarkedOriginal:
        return UnmarkedOriginal(self.stated(packet)[0], self.format.media_type, self.format.extension)


def _read(data: bytes, asked: ImageParameters, *, is_to_be_marked: bool) -> _Source:
    header = read_header(data)
    with refusing_damage(header.format):
        opened = open_picture(data, header)
        orientation = orientation_of(opened)
        size = upright_size(opened, orientation)
        as_asked = asked.size in {None, size} and asked.output_format in {None, header.format}
        is_kept = as_asked and not is_to_be_marked
        picture = decode(opened, orientation, smallest_side=PREVIEW_SIDE if is_kept else None)
        return _Source(data, header.format, size, picture, is_signed(data, header.format), is_kept)


def _cover(picture: Image.Image, size: Size) -> Image.Image:
    if picture.size == (size.width, size.height):
        return picture
    scale = min(picture.width / size.width, picture.height / size.height)
    left = max(0.0, (picture.width - size.width * scale) / 2)
    top = max(0.0, (picture.height - size.height * scale) / 2)
    box = (left, top, picture.width - left, picture.height - top)
    return picture.resize((size.width, size.height), Image.Resampling.LANCZOS, box, FULL_QUALITY_GAP)


def _variant(picture: Image.Image, packet: bytes) -> bytes:
    return with_statement(encode(picture, ImageFormat.WEBP, _VARIANT_SETTINGS), ImageFormat.WEBP, packet)[0]


def _blurhash(picture: Image.Image) -> str:
    small = on_white(shrink(picture, _BLURHASH_SIDE))
    rows = [[small.getpixel((x, y)) for x in range(small.width)] for y in range(small.height)]
    text: str = blurhash.encode(rows, _BLURHASH_COLUMNS, _BLURHASH_ROWS)
    return text
