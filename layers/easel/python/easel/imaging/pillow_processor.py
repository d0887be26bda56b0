"""Process a vendor's picture: the original in the requested size and format, two variants, and a blurhash.

All of them are marked as made by a model. The output is deterministic, so that a retry writes the same objects.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import blurhash  # type: ignore[import-untyped]  # the package carries no types
from PIL import Image

from easel.domain.generation import Generation
from easel.domain.image import ServedBy
from easel.domain.provenance import TRAINED_ALGORITHMIC_MEDIA, ContentCredentials, Provenance
from easel.domain.request import ImageParameters, Size
from easel.imaging.bounded import run_bounded
from easel.imaging.decoding import decode, decode_original, upright_size
from easel.imaging.exif import UPRIGHT
from easel.imaging.formats import ImageFormat
from easel.imaging.inspection import inspect
from easel.imaging.limits import Limits
from easel.imaging.pixels import FULL_QUALITY_GAP, ORIGINAL_SETTINGS, encode, on_white, resize, shrink
from easel.imaging.provenance import is_signed, statement, with_statement
from easel.imaging.watermark import draw_watermark
from easel.services.ports.pictures import ProcessedImage, UnmarkedOriginal

if TYPE_CHECKING:
    from collections.abc import Mapping

PREVIEW_SIDE: Final = 1024
THUMBNAIL_SIDE: Final = 320

_BLURHASH_SIDE: Final = 16
"""Four pixels a column are enough for a wave of one and a half, and cost a quarter of what 32 did."""
_BLURHASH_COLUMNS: Final = 4
_BLURHASH_ROWS: Final = 3

_VARIANT_SETTINGS: Final[Mapping[str, Any]] = {"quality": 80, "method": 0}


class PillowImageProcessor:
    """`ports.pictures.ImageProcessor`."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def process(
        self, data: bytes, generation: Generation, *, made_by: ServedBy, drawn: str | None = None
    ) -> ProcessedImage:
        """Check the picture and convert it to what was requested. `drawn` is a watermark that the vendor has drawn.

        The compressed pixels are kept if size and format are right and no watermark is missing. Otherwise the picture
        is scaled to cover the requested size, cropped around the centre, watermarked, and encoded. This is done in a
        child process, within the limits.

        Raises:
            ImageRejected: not a picture that common viewers show, or over a limit.
            ImagingUnavailable: it could not be processed now; the picture is not at fault.
        """
        self._limits.check_bytes(len(data))
        asked = generation.parameters
        missing = asked.watermark if drawn is None else None
        packet, limits = statement(made_by), self._limits
        facts, *files = run_bounded(lambda: _finish(data, asked, missing, packet, limits), limits)
        return _processed(_Facts(**json.loads(facts)), files, asked.watermark)


@dataclass(frozen=True, slots=True)
class _Facts:
    """Metadata of the result, from the child process."""

    format: str
    width: int
    height: int
    blurhash: str
    source_type: str
    credentials: str
    unmarked_format: str | None


def _processed(facts: _Facts, files: list[bytes], watermark: str | None) -> ProcessedImage:
    original, preview, thumbnail, *unmarked = files
    image_format = ImageFormat(facts.format)
    return ProcessedImage(
        original=original,
        preview=preview,
        thumbnail=thumbnail,
        media_type=image_format.media_type,
        extension=image_format.extension,
        width=facts.width,
        height=facts.height,
        sha256=hashlib.sha256(original).hexdigest(),
        blurhash=facts.blurhash,
        provenance=Provenance(facts.source_type, ContentCredentials(facts.credentials), watermark),
        unmarked=_unmarked(ImageFormat(facts.unmarked_format), unmarked[0]) if facts.unmarked_format else None,
    )


def _unmarked(image_format: ImageFormat, data: bytes) -> UnmarkedOriginal:
    return UnmarkedOriginal(data, image_format.media_type, image_format.extension)


def _finish(data: bytes, asked: ImageParameters, missing: str | None, packet: bytes, limits: Limits) -> list[bytes]:
    """In the child: returns facts, original, preview, thumbnail, and the original without watermark if one is drawn."""
    source = _read(data, asked, limits, is_to_be_marked=missing is not None)
    image_format, size = ImageFormat(asked.output_format or source.format), asked.size or source.size
    if source.is_kept:
        picture = source.picture
        original, source_type = source.stated(packet)
    else:
        picture = _cover(source.picture, size)
        if missing is not None:
            draw_watermark(picture, missing)
        original, source_type = with_statement(
            encode(picture, image_format, ORIGINAL_SETTINGS[image_format]), image_format, packet
        )
    preview = shrink(picture, PREVIEW_SIDE)
    thumbnail = shrink(preview, THUMBNAIL_SIDE)
    facts = _Facts(
        format=image_format,
        width=size.width,
        height=size.height,
        blurhash=_blurhash(thumbnail),
        source_type=source_type,
        credentials=source.credentials,
        unmarked_format=source.format if missing is not None else None,
    )
    files = [original, _variant(preview, packet), _variant(thumbnail, packet)]
    if missing is not None:
        files.append(source.stated(packet)[0])
    return [json.dumps(asdict(facts)).encode(), *files]


@dataclass(frozen=True, slots=True)
class _Source:
    """The vendor's file, and its pixels in the size that is needed."""

    data: bytes
    format: ImageFormat
    size: Size
    picture: Image.Image
    was_signed: bool
    is_signed: bool
    is_kept: bool

    def stated(self, packet: bytes) -> tuple[bytes, str]:
        """The file with our XMP statement, and its digital source type.

        A signed file is not changed: its signature covers every byte outside of the manifest, and the manifest contains
        the source type, as C2PA requires.
        """
        if self.is_signed:
            return self.data, TRAINED_ALGORITHMIC_MEDIA
        return with_statement(self.data, self.format, packet)

    @property
    def credentials(self) -> ContentCredentials:
        if not self.was_signed:
            return ContentCredentials.ABSENT
        return ContentCredentials.KEPT if self.is_kept and self.is_signed else ContentCredentials.REMOVED


def _read(data: bytes, asked: ImageParameters, limits: Limits, *, is_to_be_marked: bool) -> _Source:
    structure = inspect(data, limits)
    size = upright_size(structure)
    is_kept = asked.size in {None, size} and asked.output_format in {None, structure.format} and not is_to_be_marked
    picture, structure = decode_original(data, structure, longest_side=PREVIEW_SIDE if is_kept else None)
    if is_kept and structure.is_mended and structure.orientation != UPRIGHT:
        # A mended file has no EXIF, so it must be stored upright.
        is_kept = False
        picture, structure = decode(structure)
    was_signed = is_signed(data, structure.format)
    return _Source(
        # A malformed file is stored in its cleaned form, which all decoders read.
        data=structure.data if structure.is_mended else data,
        format=structure.format,
        size=size,
        picture=picture,
        was_signed=was_signed,
        is_signed=was_signed and not structure.is_mended,
        is_kept=is_kept,
    )


def _cover(picture: Image.Image, size: Size) -> Image.Image:
    if picture.size == (size.width, size.height):
        return picture
    scale = min(picture.width / size.width, picture.height / size.height)
    left = max(0.0, (picture.width - size.width * scale) / 2)
    top = max(0.0, (picture.height - size.height * scale) / 2)
    box = (left, top, picture.width - left, picture.height - top)
    return resize(picture, (size.width, size.height), box, FULL_QUALITY_GAP)


def _variant(picture: Image.Image, packet: bytes) -> bytes:
    return with_statement(encode(picture, ImageFormat.WEBP, _VARIANT_SETTINGS), ImageFormat.WEBP, packet)[0]


def _blurhash(picture: Image.Image) -> str:
    small = on_white(shrink(picture, _BLURHASH_SIDE))
    rows = [[small.getpixel((x, y)) for x in range(small.width)] for y in range(small.height)]
    text: str = blurhash.encode(rows, _BLURHASH_COLUMNS, _BLURHASH_ROWS)
    return text
