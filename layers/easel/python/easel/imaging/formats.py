"""Supported image formats, and detection by magic bytes."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from easel.domain.media_types import sniff_media_type
from easel.errors import ImageRejected, RejectionReason


class ImageFormat(StrEnum):
    """Supported formats, by their name in the API."""

    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"

    @property
    def media_type(self) -> str:
        return f"image/{self.value}"

    @property
    def extension(self) -> str:
        return "jpg" if self is ImageFormat.JPEG else self.value


_OTHERS: Final = (
    (0, b"GIF8", "gif"),
    (0, b"BM", "bmp"),
    (0, b"II*\0", "tiff"),
    (0, b"MM\0*", "tiff"),
    (4, b"ftypavi", "avif"),
    (4, b"ftyphei", "heic"),
    (4, b"ftypmif1", "heif"),
    (0, b"\0\0\1\0", "ico"),
    (0, b"8BPS", "psd"),
    (0, b"%PDF", "pdf"),
    (0, b"<svg", "svg"),
    (0, b"\0\0\0\x0cJXL ", "jpeg xl"),
    (0, b"\xff\x0a", "jpeg xl"),
)
"""Offset, magic bytes and name of other common formats, for error messages."""


def sniff(data: bytes) -> ImageFormat:
    """The format by magic bytes; file names and Content-Type are ignored.

    Raises:
        ImageRejected: not a supported format (`not_a_picture`).
    """
    media_type = sniff_media_type(data)
    if media_type is not None:
        return ImageFormat(media_type.removeprefix("image/"))
    name = next((name for offset, magic, name in _OTHERS if data.startswith(magic, offset)), None)
    message = f"Pictures of type {name} are not accepted; send" if name else "The bytes are not a picture; send"
    raise ImageRejected(f"{message} png, jpeg or webp.", RejectionReason.NOT_A_PICTURE)
