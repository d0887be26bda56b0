"""The reference pictures of an edit, from a form or named in JSON, checked as OpenAI checks them."""

from __future__ import annotations

import base64
import binascii
import io
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from infra.local.simulators.messages import Part
from infra.local.simulators.openai_models import Model
from infra.local.simulators.openai_orders import RefusedError
from infra.local.simulators.pictures import read_reference
from PIL import Image

_MAX_BYTES: Final = 50 * 1024 * 1024
_FETCH_SECONDS: Final = 10.0
_PICTURE_TYPES: Final = ("image/jpeg", "image/png", "image/webp")
_NAMES: Final = ("image", "image[]")
_MASK: Final = "mask"


@dataclass(frozen=True, slots=True)
class Source:
    """A reference picture as it came in, and made small."""

    data: bytes
    size: tuple[int, int]
    small: Image.Image


def linked(images: Any, mask: Any) -> list[Part]:
    """The pictures that JSON names, as a form would have brought them. Raises RefusedError."""
    if not isinstance(images, list):
        raise RefusedError("Missing required parameter: 'images'.", code="missing_required_parameter", param="images")
    pictures = [_fetched(image, _NAMES[1], "images") for image in images]
    return pictures if mask is None else [*pictures, _fetched(mask, _MASK, _MASK)]


def read_sources(files: Sequence[Part], model: Model) -> list[Source]:
    """The pictures of an edit, checked together with its mask. Raises RefusedError."""
    pictures, masks = ([part for part in files if (part.name == _MASK) is masking] for masking in (False, True))
    if not pictures or any(part.name not in _NAMES for part in pictures):
        raise RefusedError("Missing required parameter: 'image'.", code="missing_required_parameter", param="image")
    if len(pictures) > model.max_references:
        message = f"Too many pictures: {model.id} takes at most {model.max_references}."
        raise RefusedError(message, code="array_above_max_length", param="image")
    sources = [_read(part, number) for number, part in enumerate(pictures, start=1)]
    if model.is_dall_e and (pictures[0].media_type != "image/png" or len({*sources[0].size}) > 1):
        raise RefusedError("The picture must be a square PNG.", code="invalid_image_file", param="image")
    for mask in masks:
        if mask.media_type != "image/png" or _read(mask, 1).size != sources[0].size:
            message = "Invalid mask: it must be a PNG of the same dimensions as the first picture."
            raise RefusedError(message, code="invalid_image_file", param=_MASK)
    return sources


def _fetched(picture: Any, name: str, param: str) -> Part:
    url = picture.get("image_url") if isinstance(picture, dict) else None
    if not isinstance(url, str) or not url.startswith(("data:image/", "https://", "http://")):
        raise RefusedError("Give each picture an image_url; there are no uploaded files here.", param=param)
    try:
        if url.startswith("data:"):
            heading, _, text = url.partition(",")
            media_type = heading.removeprefix("data:").partition(";")[0]
            return Part(name, "inline", media_type, base64.b64decode(text, validate=True))
        with urllib.request.urlopen(url, timeout=_FETCH_SECONDS) as response:
            return Part(name, "linked", response.headers.get_content_type(), response.read(_MAX_BYTES))
    except (OSError, binascii.Error, ValueError) as error:
        raise RefusedError("Error while downloading the picture.", param=param) from error


def _read(part: Part, number: int) -> Source:
    if part.media_type not in _PICTURE_TYPES:
        supported = ", ".join(f"'{each}'" for each in _PICTURE_TYPES)
        message = f"Invalid file '{part.filename}': unsupported mimetype ('{part.media_type}'). Supported: {supported}."
        raise RefusedError(message, code="unsupported_file_mimetype", param=part.name)
    if len(part.data) >= _MAX_BYTES:
        raise RefusedError(f"Picture {number} is too large.", code="image_too_large", param=part.name)
    try:
        with Image.open(io.BytesIO(part.data)) as opened:
            size = opened.size
        return Source(part.data, size, read_reference(part.data))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        message = f"Invalid image file or mode for image {number}, please check your image file."
        raise RefusedError(message, code="invalid_image_file", param=part.name) from error
