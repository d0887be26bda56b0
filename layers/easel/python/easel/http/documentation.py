"""The OpenAPI document and the documentation page, as they ship with this release.

`openapi.json` is merged from the functions by `python -m tests.support.openapi` and checked by a test; nothing writes
it at run time.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from importlib import resources
from typing import Any, Final, cast

_METHODS: Final = ("get", "put", "post", "delete", "patch", "head")


@cache
def openapi(public_base_url: str) -> str:
    """The OpenAPI document as JSON text, naming this deployment as its server."""
    return json.dumps(_document() | {"servers": [{"url": public_base_url.rstrip("/")}]}, separators=(",", ":"))


@cache
def page() -> str:
    """The documentation page: one HTML file without external resources."""
    return resources.files(__package__).joinpath("docs.html").read_text("utf-8")


@cache
def page_headers() -> dict[str, str]:
    """The Content Security Policy: only its own script and style, by hash, and requests to this service only.

    Pictures may come from anywhere, since the links to them lead to the object store.
    """
    script, style = (_hash(element, page()) for element in ("script", "style"))
    policy = (
        f"default-src 'none'; script-src {script}; style-src {style}; connect-src 'self'; img-src data: https: http:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}


def methods_at(path: str) -> list[str]:
    """The methods that some route takes at this path, whichever function serves it; none for an unknown address."""
    return next((methods for pattern, methods in _routes() if pattern.fullmatch(path)), [])


@cache
def _document() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("openapi.json").read_text("utf-8")
    return cast(dict[str, Any], json.loads(text))


@cache
def _routes() -> list[tuple[re.Pattern[str], list[str]]]:
    # Fixed addresses before those with placeholders: the more specific one wins, as in the gateway.
    paths = sorted(_document()["paths"].items(), key=lambda entry: entry[0].count("{"))
    return [(_pattern(path), [name.upper() for name in _METHODS if name in item]) for path, item in paths]


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("[^/]+".join(re.escape(part) for part in re.split(r"\{\w+\}", path)))


def _hash(element: str, html: str) -> str:
    content = html.partition(f"<{element}>")[2].partition(f"</{element}>")[0]
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode('utf-8')).digest()).decode('ascii')}'"
