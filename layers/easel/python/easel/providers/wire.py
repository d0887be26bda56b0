"""What goes over the wire alike at several vendors: keys, texts, JSON objects, pictures inside of answers."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any

from easel.domain.provider import InlinePicture
from easel.errors import ProviderErrorClass
from easel.providers.base import NOT_CONFIGURED, VendorHttp


def usable_key(http: VendorHttp, key: str) -> str:
    """An API key that can stand in a header. Raises ProviderError (auth) for anything else, an empty one included."""
    key = key.strip()
    if not re.fullmatch(r"[\x21-\x7e]+", key):
        raise http.failure(ProviderErrorClass.AUTH, NOT_CONFIGURED, "has no usable API key")
    return key


def sendable(text: str) -> str:
    """The text without what UTF-8 cannot carry: half a surrogate pair is legal in JSON and would not leave us."""
    return text.encode("utf-8", "replace").decode()


def parse_object(body: bytes) -> Mapping[str, Any] | None:
    """The body as a JSON object, None when it is anything else."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def inline_picture(http: VendorHttp, text: str) -> InlinePicture:
    """A picture in base64, with or without the `data:` prefix. Raises ProviderError (failed) when it is none."""
    encoded = text.partition(",")[2] if text.startswith("data:") else text
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    http.check_picture(data)
    return InlinePicture(data)
