"""Answers that are not failures: JSON, redirects, pages, with the headers that belong to them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel

PRIVATE: Final = "no-store"
"""For what belongs to one caller."""
PUBLIC: Final = "public, max-age=300"
"""For what is the same for everybody and changes with a release."""

_Body = TypeVar("_Body")
_Model = TypeVar("_Model", bound=BaseModel)


def as_json(
    body: _Body, *, status: int = 200, cache: str = PRIVATE, headers: Mapping[str, str] | None = None
) -> Response[_Body]:
    """A model as JSON."""
    return Response(
        status, content_type="application/json", body=body, headers={"Cache-Control": cache, **(headers or {})}
    )


def shared_json(body: _Model, *, headers: Mapping[str, str] | None = None) -> Response[_Model]:
    """A model that everybody may keep for a while, with a tag to ask again by."""
    tag = etag(body.model_dump(mode="json", by_alias=True))
    return as_json(body, cache=PUBLIC, headers={"ETag": tag, **(headers or {})})


def no_content() -> Response[None]:
    """204 No Content."""
    return Response(204, headers={"Cache-Control": PRIVATE})


def redirect(url: str, *, cache: str) -> Response[Any]:
    """302: the bytes are over there, for now."""
    return Response(302, headers={"Location": url, "Cache-Control": cache, "Referrer-Policy": "no-referrer"})


def text(content: str, media_type: str, *, headers: Mapping[str, str] | None = None) -> Response[str]:
    """A document that everybody may keep for a while."""
    tags = {"ETag": etag(content), "Cache-Control": PUBLIC}
    return Response(200, content_type=media_type, body=content, headers={**tags, **(headers or {})})


def etag(content: Any, *, weak: bool = False) -> str:
    """A tag that changes with the content, whatever the order of its fields."""
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]
    return f'W/"{digest}"' if weak else f'"{digest}"'
