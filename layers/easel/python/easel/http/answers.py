"""Successful answers: JSON, redirects, documents, with their caching headers."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel

from easel.http.compression import takes_gzip

PRIVATE: Final = "no-store"
"""For answers that belong to one caller."""
PUBLIC: Final = "public, max-age=300"
"""For public answers that change with a release."""
SCRIPT: Final = "public, max-age=86400"
"""For a public library that changes seldom, and is large."""

_TAG_LIFETIME_SECONDS: Final = 300
_Body = TypeVar("_Body")
_Shared = TypeVar("_Shared", bound=BaseModel | list[Any])


def as_json(
    body: _Body, *, status: int = 200, cache: str = PRIVATE, headers: Mapping[str, str] | None = None
) -> Response[_Body]:
    """A model as JSON."""
    return Response(
        status, content_type="application/json", body=body, headers={"Cache-Control": cache, **(headers or {})}
    )


def shared_json(body: _Shared, *, headers: Mapping[str, str] | None = None) -> Response[_Shared]:
    """A public model, or a list of models, as JSON: cacheable, with an ETag."""
    tag = etag(_plain(body))
    return as_json(body, cache=PUBLIC, headers={"ETag": tag, **(headers or {})})


def _plain(body: BaseModel | list[Any]) -> Any:
    if isinstance(body, list):
        return [_plain(entry) if isinstance(entry, BaseModel) else entry for entry in body]
    return body.model_dump(mode="json", by_alias=True)


def binary(data: bytes, media_type: str, *, status: int = 200, headers: Mapping[str, str]) -> Response[Any]:
    """Bytes. Encoded here, because the framework would validate them as text."""
    response: Response[Any] = Response(
        status, content_type=media_type, body=base64.b64encode(data).decode("ascii"), headers=dict(headers)
    )
    response.base64_encoded = True
    return response


def no_content() -> Response[None]:
    """204 No Content."""
    return Response(204, headers={"Cache-Control": PRIVATE})


def redirect(url: str, *, cache: str) -> Response[Any]:
    """302 Found."""
    return Response(302, headers={"Location": url, "Cache-Control": cache, "Referrer-Policy": "no-referrer"})


def text(content: str, media_type: str, *, headers: Mapping[str, str] | None = None) -> Response[str]:
    """A public document: cacheable, with an ETag."""
    tags = {"ETag": etag(content), "Cache-Control": PUBLIC}
    return Response(200, content_type=media_type, body=content, headers={**tags, **(headers or {})})


def stored_script(read: Callable[..., bytes], accept_encoding: str | None) -> Response[Any]:
    """A public script that is stored compressed: as it is for callers who take gzip. Cacheable, with an ETag."""
    packed = takes_gzip(accept_encoding)
    tag = hashlib.sha256(read(compressed=True)).hexdigest()[:32]
    headers = {"ETag": f'W/"{tag}"', "Cache-Control": SCRIPT, "Vary": "Accept-Encoding"}
    headers |= {"Content-Encoding": "gzip"} if packed else {}
    return binary(read(compressed=packed), "text/javascript; charset=utf-8", headers=headers)


def version_tag(version: int, now: datetime) -> str:
    """An ETag that names a version, for `If-Match`.

    It runs out after some minutes, long before the links in an answer do that a caller with a matching tag keeps.
    """
    return f'"{version}-{int(now.timestamp()) // _TAG_LIFETIME_SECONDS}"'


def has_tag(wanted: str | None, tag: str | None) -> bool:
    """Whether an `If-None-Match` header names this tag (RFC 9110 13.1.2): weak and strong tags compare alike."""
    if tag is None or wanted is None:
        return False
    tags = {one.strip().removeprefix("W/") for one in wanted.split(",")}
    return "*" in tags or tag.removeprefix("W/") in tags


def etag(content: Any, *, weak: bool = False) -> str:
    """An ETag of the content, independent of the order of its fields."""
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]
    return f'W/"{digest}"' if weak else f'"{digest}"'
