"""The sandbox's pictures: what the prompt names, drawn the same for the same prompt."""

from __future__ import annotations

import hashlib
import io
from typing import Final

from PIL import Image, ImageOps

from easel.domain.request import Size
from easel.providers.drawing.scene import line, scene, write_line

_MAX_REFERENCE_PIXELS: Final = 50_000_000
_REFERENCE_SHARE: Final = 0.6
_ENCODERS: Final = {
    "png": ("PNG", {"compress_level": 1}),
    "jpeg": ("JPEG", {"quality": 90}),
    "webp": ("WEBP", {"quality": 85, "method": 0}),
}


class UnreadableReferenceError(Exception):
    """The reference picture cannot be decoded, or is too large to."""


def draw(
    prompt: str,
    size: Size,
    output_format: str,
    reference: bytes | None,
    mask: bytes | None = None,
    *,
    variation: str = "",
) -> bytes:
    """The encoded picture of exactly this size. With a mask the reference is kept where the mask is opaque.

    Another `variation` is another drawing of the same prompt.

    Raises:
        UnreadableReferenceError: the reference picture cannot be used.
    """
    seed = hashlib.sha256(f"{prompt}{variation}".encode("utf-8", "replace")).digest()
    picture = scene(prompt, seed, size.width, size.height)
    fitted = None if reference is None else _fitted(reference, picture.size)
    if fitted is not None:
        picture = Image.blend(picture, fitted, _REFERENCE_SHARE)
    write_line(picture, line(prompt, "sandbox", picture.size))
    if fitted is not None and mask is not None:
        picture.paste(fitted, mask=_opaque(mask, picture.size))
    return _encode(picture, output_format)


def _opaque(mask: bytes, size: tuple[int, int]) -> Image.Image:
    """The opacity of a mask: 255 where the picture is kept."""
    return _fitted(mask, size, "RGBA").getchannel("A")


def _fitted(reference: bytes, size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    try:
        with Image.open(io.BytesIO(reference)) as opened:
            # Checked on the header, before any pixel is decoded.
            if opened.width * opened.height > _MAX_REFERENCE_PIXELS:
                raise UnreadableReferenceError
            return ImageOps.fit(ImageOps.exif_transpose(opened).convert(mode), size)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnreadableReferenceError from error


def _encode(picture: Image.Image, output_format: str) -> bytes:
    name, options = _ENCODERS[output_format]
    buffer = io.BytesIO()
    picture.save(buffer, name, **options)
    return buffer.getvalue()
