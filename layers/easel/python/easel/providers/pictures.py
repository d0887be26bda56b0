"""Finds the picture in an answer: an address or base64, under whatever name and in whatever nesting.

A picture that was paid for is used whenever it is one, so every place where vendors put it is looked at. What is in its
place is judged too: words instead of a picture are a refusal.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from easel.domain.media_types import sniff_media_type
from easel.domain.provider import Charge, InlinePicture, RemotePicture
from easel.errors import ProviderErrorClass
from easel.providers.encoding import decode_base64
from easel.providers.error_texts import answer_in_words, verdict
from easel.providers.refusals import is_prose
from easel.providers.vendor_http import VendorHttp

_PICTURE_FIELDS: Final = (
    *("b64_json", "bytesBase64Encoded", "bytes_base64_encoded", "base64", "b64", "image_base64", "imageBase64", "data"),
    *("url", "resultImageUrl", "resultUrls", "image_url", "imageUrl", "uri", "download_url", "downloadUrl"),
    *("image", "images", "output", "outputs", "originImageUrl"),
)
"""Names under which vendors put a picture, the best first: what they keep of an original comes last."""
_TEXT_FIELDS: Final = ("text", "message", "content", "refusal")
_MAX_DEPTH: Final = 4
_MAX_TEXTS: Final = 50


def find_picture(http: VendorHttp, value: Any, *, charge: Charge | None = None) -> RemotePicture | InlinePicture:
    """The first picture in what a vendor gave as its result.

    Raises:
        ProviderError: there is none; the vendor may have billed it all the same. CONTENT for words in its place.
    """
    charge = charge or Charge()
    texts = list(_texts(value, _PICTURE_FIELDS, _MAX_DEPTH))[:_MAX_TEXTS]
    for text in texts:
        if picture := read_picture(text):
            return picture
    words = " | ".join(text for text in (*texts, *_texts(value, _TEXT_FIELDS, _MAX_DEPTH)) if is_prose(text))
    if words:
        raise answer_in_words(http, words, charge)
    if not texts:
        raise verdict(http, ProviderErrorClass.FAILED, "no_outputs", job_ended=True, charge=charge)
    raise http.failure(
        ProviderErrorClass.FAILED,
        "not_a_picture",
        "delivered something that is not a picture",
        job_ended=True,
        charge=charge,
    )


def read_picture(text: str) -> RemotePicture | InlinePicture | None:
    """The picture that a text is, in base64 or by its address; None when it is none."""
    text = text.strip()
    if text[:8].lower().startswith(("https://", "http://")):
        return RemotePicture(text)
    data = decode_base64(text)
    return InlinePicture(data) if data is not None and sniff_media_type(data) is not None else None


def _texts(value: Any, fields: tuple[str, ...], depth: int) -> Iterator[str]:
    """All texts in a value that may hold a picture, in the order in which they should be tried."""
    if isinstance(value, str):
        if value.strip():
            yield value
    elif depth and isinstance(value, list):
        for item in value:
            yield from _texts(item, fields, depth - 1)
    elif depth and isinstance(value, dict):
        for name in fields:
            yield from _texts(value.get(name), fields, depth - 1)
