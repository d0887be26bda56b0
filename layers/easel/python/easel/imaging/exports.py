"""Make the file of a picture for one place where it is sold, and measure what that place asks for."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageChops

from easel.domain.export_channels import ExportFacts
from easel.imaging.bounded import run_bounded
from easel.imaging.decoding import decode
from easel.imaging.formats import ImageFormat
from easel.imaging.inspection import inspect
from easel.imaging.limits import PAID
from easel.imaging.pixels import encode, on_white, shrink
from easel.imaging.provenance import statement, with_statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import timedelta

    from easel.domain.export_channels import ExportChannel
    from easel.domain.image import ServedBy

_QUALITIES: Final = (92, 85, 75, 60)
_WHITE: Final = 255
_PRODUCT_BELOW: Final = 250
"""A pixel whose darkest channel is below this belongs to the product: soft shadows and noise of encoders do not."""
_BORDER_SHARE: Final = 0.02


class PillowExporter:
    """`ports.exports.Exporter`."""

    def export(
        self, data: bytes, channels: Sequence[ExportChannel], *, made_by: ServedBy, source_type: str, within: timedelta
    ) -> Sequence[tuple[bytes, ExportFacts]]:
        """The jpegs for the first of these places, marked as made by a model. The picture is decoded once for all.

        Raises:
            ImagingUnavailable: they could not be made now.
        """
        packet = statement(made_by, source_type)
        parts = iter(run_bounded(lambda: list(_exported(data, channels, packet, within.total_seconds())), PAID))
        return [
            (file, ExportFacts(byte_count=len(file), **json.loads(facts)))
            for facts, file in zip(parts, parts, strict=True)
        ]


def _exported(data: bytes, channels: Sequence[ExportChannel], packet: bytes, seconds: float) -> Iterator[bytes]:
    """In the child: facts and file of one place after the other."""
    last_start, most = time.monotonic() + seconds, time.process_time() + PAID.cpu_seconds / 2
    master = on_white(decode(inspect(data, PAID))[0])
    measured = {"border_white": round(_border_white(master), 4), "fill_ratio": round(_fill_ratio(master), 4)}
    for channel in channels:
        picture = shrink(master, channel.side)
        if channel.square:
            picture = _padded(picture)
        file = next(_within(channel.max_bytes, picture, packet))
        yield json.dumps({"width": picture.width, "height": picture.height, **measured}).encode()
        yield file
        if time.monotonic() > last_start or time.process_time() > most:
            return


def _within(max_bytes: int | None, picture: Image.Image, packet: bytes) -> Iterator[bytes]:
    """The file in the best quality that fits; in the lowest, when none does."""
    for quality in _QUALITIES:
        encoded = encode(picture, ImageFormat.JPEG, {"quality": quality, "subsampling": "4:4:4"})
        file = with_statement(encoded, ImageFormat.JPEG, packet)[0]
        if max_bytes is None or len(file) <= max_bytes or quality == _QUALITIES[-1]:
            yield file


def _padded(picture: Image.Image) -> Image.Image:
    side = max(picture.size)
    if picture.size == (side, side):
        return picture
    canvas = Image.new("RGB", (side, side), (_WHITE, _WHITE, _WHITE))
    canvas.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    return canvas


def _darkest(picture: Image.Image) -> Image.Image:
    """The darkest channel of each pixel."""
    red, green, blue = picture.split()
    return ImageChops.darker(ImageChops.darker(red, green), blue)


def _border_white(picture: Image.Image) -> float:
    width, height = picture.size
    depth = max(1, round(min(picture.size) * _BORDER_SHARE))
    strips = (
        (0, 0, width, depth),
        (0, height - depth, width, height),
        (0, depth, depth, height - depth),
        (width - depth, depth, width, height - depth),
    )
    histograms = [_darkest(picture.crop(strip)).histogram() for strip in strips if strip[1] < strip[3]]
    return sum(histogram[_WHITE] for histogram in histograms) / sum(map(sum, histograms))


def _fill_ratio(picture: Image.Image) -> float:
    box = _darkest(picture).point([_WHITE if level < _PRODUCT_BELOW else 0 for level in range(256)]).getbbox()
    if box is None:
        return 0.0
    left, top, right, bottom = box
    return max((right - left) / picture.width, (bottom - top) / picture.height)
