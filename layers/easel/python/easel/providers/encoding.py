"""What several vendors have in common on the wire: keys, texts, JSON, base64."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from easel.errors import ProviderErrorClass
from easel.providers.vendor_http import NOT_CONFIGURED, VendorHttp

MAX_JOB_ID_LENGTH: Final = 200
_MAX_DIGITS: Final = 30
_MAX_TEXT: Final = 2000
_TEXT_FIELDS: Final = ("message", "msg", "error", "detail", "reason", "text")

_URL_SAFE: Final = str.maketrans("-_", "+/")
_INVISIBLE: Final = re.compile(r"[\s\ufeff\u200b]+")


def usable_key(http: VendorHttp, key: str) -> str:
    """An API key that can stand in a header. Raises ProviderError (auth) for anything else, an empty one included."""
    key = key.strip()
    if not re.fullmatch(r"[\x21-\x7e]+", key):
        raise http.failure(ProviderErrorClass.AUTH, NOT_CONFIGURED, "has no usable API key", from_vendor=False)
    return key


def sendable(text: str) -> str:
    """The text without what UTF-8 cannot carry: half a surrogate pair is legal in JSON and would not leave us."""
    return text.encode("utf-8", "replace").decode()


def parse_json(body: bytes, parse_float: Callable[[str], Any] = float) -> Any:
    """The body as JSON; None when it is none. A number with more digits than any number needs is infinite."""
    try:
        return json.loads(body, parse_float=parse_float, parse_int=_short_integer)
    except (ValueError, ArithmeticError, RecursionError):
        return None


def parse_object(body: bytes) -> Mapping[str, Any] | None:
    """The body as a JSON object, None when it is anything else."""
    parsed = parse_json(body)
    return parsed if isinstance(parsed, dict) else None


def as_text(value: Any) -> str:
    """What a vendor says in words, short enough to be searched: text, or the text within an error object or list."""
    if isinstance(value, str):
        return value[:_MAX_TEXT]
    if isinstance(value, dict):
        value = [value.get(name) for name in _TEXT_FIELDS]
    if isinstance(value, list):
        return " | ".join(item[:_MAX_TEXT] for item in value[:10] if isinstance(item, str) and item)
    return ""


def joined_texts(*values: Any) -> str:
    """All that a vendor says in words."""
    return " | ".join(text for value in values if (text := as_text(value)))


def as_job_id(value: Any) -> str | None:
    """A job's id as a vendor gave it; None when it could not be saved and asked for."""
    if not isinstance(value, str) or not 0 < len(value) <= MAX_JOB_ID_LENGTH:
        return None
    return value if value.isprintable() else None


def decode_base64(text: str) -> bytes | None:
    """The bytes of base64 in any of its spellings, or of a `data:` address; None when it is neither.

    Line breaks, the URL-safe alphabet and missing padding are common, and none of them leaves a doubt about the bytes.
    """
    text = text.strip()
    if text[:5].lower() == "data:":
        head, _, text = text.partition(",")
        plain = unquote_to_bytes(sendable(text)) if "%" in text else None
        if not head.lower().endswith("base64"):
            return plain or sendable(text).encode()
        text = plain.decode("latin-1") if plain is not None else text
    decoded = _decode_strictly(text)
    if decoded is not None:
        return decoded
    text = _INVISIBLE.sub("", text).rstrip("=").translate(_URL_SAFE)
    return _decode_strictly(text + "=" * (-len(text) % 4))


def _decode_strictly(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _short_integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MAX_DIGITS else math.inf
