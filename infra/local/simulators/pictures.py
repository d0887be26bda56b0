"""What a simulated model "generates": a drawing of what the prompt names, in exactly the size asked for."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw, ImageOps

MAX_SIDE: Final = 8192
_THUMBNAIL_SIDE: Final = 256
_REFERENCE_SHARE: Final = 0.5

_ENCODERS: Final = {
    "png": ("PNG", {"compress_level": 1}),
    "jpeg": ("JPEG", {"quality": 90}),
    "webp": ("WEBP", {"quality": 85, "method": 0}),
}
FORMATS: Final = tuple(_ENCODERS)


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that decides a picture. References are small RGB pictures, as `read_reference` makes them.

    `number` tells the pictures of one answer apart. A transparent one shows an oval and nothing around it; JPEG cannot
    be that.
    """

    seed: bytes
    width: int
    height: int
    format: str = "png"
    prompt: str = ""
    model: str = ""
    number: int | None = None
    watermark: str = ""
    references: Sequence[Image.Image] = ()
    transparent: bool = False

    def render(self) -> bytes:
        """The encoded picture."""
        # `make up` imports this module too, from an interpreter that does not know our layers.
        from easel.providers.drawing.scene import line, scene, write_line  # noqa: PLC0415 - see above

        picture = scene(self.prompt, self.seed, self.width, self.height)
        for reference in self.references:
            picture = Image.blend(picture, ImageOps.fit(reference, picture.size), _REFERENCE_SHARE)
        write_line(picture, self.watermark or line(self.prompt, self.model, picture.size, self.number))
        if self.transparent:
            picture.putalpha(_oval(picture.size))
        return encode(picture, self.format)


def read_reference(data: bytes) -> Image.Image:
    """A reference picture, made small. Raises OSError when it is no picture."""
    with Image.open(io.BytesIO(data)) as opened:
        opened.draft("RGB", (_THUMBNAIL_SIDE, _THUMBNAIL_SIDE))
        reference = opened.convert("RGB")
    reference.thumbnail((_THUMBNAIL_SIDE, _THUMBNAIL_SIDE))
    return reference


def encode(picture: Image.Image, format: str) -> bytes:
    """The bytes of a picture in one of `FORMATS`."""
    name, options = _ENCODERS[format]
    buffer = io.BytesIO()
    picture.save(buffer, name, **options)
    return buffer.getvalue()


def _oval(size: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).ellipse((0, 0, size[0] - 1, size[1] - 1), fill=255)
    return mask
