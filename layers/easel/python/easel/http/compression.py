"""Compress answers for callers who ask for it. API Gateway's HTTP APIs do not compress by themselves."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Mapping
from typing import Any, Final

_WORTHWHILE_BYTES: Final = 2_048
"""Smaller answers fit into two packets either way."""
_LEVEL: Final = 5
_TEXTS: Final = ("application/json", "application/problem+json", "text/")


def compressed(answer: dict[str, Any], accept_encoding: str | None) -> dict[str, Any]:
    """The answer with its body gzipped, where it is long enough and the caller takes it so; else unchanged."""
    headers: Mapping[str, Any] = answer["headers"]
    body, media_type = answer["body"], str(headers.get("Content-Type", ""))
    if answer.get("isBase64Encoded") or not media_type.startswith(_TEXTS) or len(body) < _WORTHWHILE_BYTES:
        return answer
    varied = {**headers, "Vary": ", ".join(filter(None, (headers.get("Vary"), "Accept-Encoding")))}
    if not takes_gzip(accept_encoding):
        return {**answer, "headers": varied}
    packed = base64.b64encode(gzip.compress(body.encode("utf-8"), _LEVEL, mtime=0)).decode("ascii")
    if "ETag" in varied:
        # The same answer in other bytes: RFC 9110 8.8.1 wants a weak tag, and weak tags compare alike.
        varied["ETag"] = f"W/{str(varied['ETag']).removeprefix('W/')}"
    return {**answer, "headers": {**varied, "Content-Encoding": "gzip"}, "body": packed, "isBase64Encoded": True}


def takes_gzip(accept_encoding: str | None) -> bool:
    """Whether an `Accept-Encoding` header names gzip (or everything) and does not rule it out by `q=0`."""
    weights: dict[str, float] = {}
    for part in (accept_encoding or "").lower().split(","):
        coding, _, rest = part.partition(";")
        weights[coding.strip()] = _weight(rest)
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _weight(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
