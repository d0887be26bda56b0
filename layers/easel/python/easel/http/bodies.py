"""Request bodies are checked here before the framework sees them.

The framework would answer some of these with a 500 (numbers of thousands of digits, deep nesting, a multipart header
without a boundary) and accept others (a list of one object, NaN, a duplicate key).
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Mapping
from typing import Any, Final

from easel.errors import FieldError, InvalidRequest, PayloadTooLarge, UnsupportedMediaType
from easel.http.failures import MalformedBody

MAX_BODY_BYTES: Final = 256 * 1024
"""Of a JSON body: some 60 times the longest prompt."""

_UTF8: Final = frozenset({"utf-8", "utf8", "us-ascii"})
_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""NUL as JSON writes it; after an even number of backslashes it is not the text of an escape."""
_REPLACEMENT: Final = "\ufffd".encode()
"""U+FFFD: what gateways put in place of bytes that are not UTF-8."""

AS_JSON: Final = "send it as application/json."
METHODS_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})


def read_json(
    event: Mapping[str, Any], headers: Mapping[str, str], *, limit: int = MAX_BODY_BYTES
) -> Mapping[str, Any] | None:
    """The body, which has to be one JSON object of moderate size. An absent body is None and left to the route.

    `headers` are the request's, by lower-case names; `limit` is in bytes.

    Raises:
        PayloadTooLarge, UnsupportedMediaType, MalformedBody, InvalidRequest.
    """
    if not event.get("body"):
        return None
    sent = raw(event)
    if len(sent) > limit:
        raise PayloadTooLarge(f"The body has {len(sent)} bytes; at most {limit} are taken.")
    _check_announced(headers)
    return json_object(sent)


def json_object(sent: bytes) -> Mapping[str, Any]:
    """Bytes that have to be one JSON object.

    Raises:
        MalformedBody: no JSON.
        InvalidRequest: another JSON value, or a field that is given twice.
    """
    value = _parse(sent)
    if not isinstance(value, dict):
        raise InvalidRequest.of("body", "The body must be a JSON object.", {"type": "object"})
    return value


def _check_announced(headers: Mapping[str, str]) -> None:
    """Refuse what the headers say cannot be read here, before bytes are taken for other ones."""
    refuse_compressed(headers)
    content_type = headers.get("content-type")
    if content_type is None:
        return
    media_type, *parameters = (part.strip().lower() for part in content_type.split(";"))
    if media_type != "application/json":
        raise UnsupportedMediaType(f"The body came as {content_type[:80]!r}; {AS_JSON}")
    charsets = [part.partition("=")[2].strip().strip('"') for part in parameters if part.startswith("charset")]
    if any(charset not in _UTF8 for charset in charsets):
        raise UnsupportedMediaType(f"The body came in {charsets[0][:40]!r}; send it in UTF-8.")


def refuse_compressed(headers: Mapping[str, str]) -> None:
    """Raises UnsupportedMediaType: the body has a Content-Encoding."""
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding != "identity":
        raise UnsupportedMediaType(f"The body is compressed ({encoding[:40]!r}); send it without Content-Encoding.")


def raw(event: Mapping[str, Any]) -> bytes:
    """The body as it was sent. Raises MalformedBody: the gateway's encoding of it cannot be undone."""
    body: str = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return body.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise _malformed("The body cannot be decoded.") from None


def _parse(raw: bytes) -> Any:
    _check_characters(raw)
    try:
        value = json.loads(
            raw.decode("utf-8"),
            parse_constant=_refuse_constant,
            parse_float=_finite,
            object_pairs_hook=_unique_keys,
        )
        if b"\\ud" in raw.lower():
            # JSON can escape half a character; UTF-8, and so everything behind this line, cannot hold it.
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except json.JSONDecodeError as error:
        position = f"line {error.lineno}, column {error.colno}"
        raise _malformed(f"The body is not JSON: {error.msg} at {position}.") from None
    except UnicodeDecodeError as error:
        raise _malformed(f"The body is not UTF-8 at byte {error.start}.") from None
    except UnicodeEncodeError:
        raise _malformed("The body has half of a surrogate pair, which is not text.") from None
    except RecursionError:
        raise _malformed("The body is nested too deeply.") from None
    except ValueError:  # The only one left: more digits than Python converts.
        raise _malformed("The body has a number of too many digits.") from None
    return value


def _check_characters(raw: bytes) -> None:
    if _REPLACEMENT in raw:
        raise _malformed("The body has the replacement character U+FFFD: it was not sent in UTF-8.")
    if _NUL.search(raw):
        raise _malformed("The body has a NUL character (U+0000), which is not text.")


def _refuse_constant(name: str) -> None:
    raise _malformed(f"The body is not JSON: {name} is not a value.")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _malformed(f"The body has a number that is out of range: {text[:40]}.")
    return number


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for key, value in pairs:
        if key in fields:
            raise InvalidRequest.of(key[:80], f"{key[:80]!r} is given twice.")
        fields[key] = value
    return fields


def _malformed(message: str) -> MalformedBody:
    return MalformedBody(message, [FieldError("body", message, {"contentType": "application/json"})])
