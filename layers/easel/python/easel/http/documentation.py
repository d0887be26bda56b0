"""The OpenAPI document and the documentation page, as they ship with this release.

`openapi.json` is merged from the functions by `python -m tests.support.openapi` and checked by a test; nothing writes
it at run time. The page's files are in a layer of their own (`layers/documentation`), which one function has.
"""

from __future__ import annotations

import gzip
import json
import re
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Final, cast

from aws_lambda_powertools.event_handler import Response

from easel.http import answers
from easel.http.failures import RouteNotFound

PAGE_HEADERS: Final = {
    "Content-Security-Policy": (
        # The library writes style attributes; scripts and requests are the page's own only. Pictures are shown as they
        # come, by links that lead to the object store.
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; font-src data:; "
        "img-src 'self' data: blob: https: http:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
}
REFERENCE: Final = "reference.js"
"""The library that shows the document, compressed: Scalar's API reference."""
_PACKAGE: Final = "easel_documentation"
_TYPES: Final = {"page.js": "text/javascript; charset=utf-8", "page.css": "text/css; charset=utf-8"}
_GUIDES: Final = "guides.md"
_METHODS: Final = ("get", "put", "post", "delete", "patch", "head")
_PLACE: Final = re.compile(r"\{\w+\}")


@cache
def openapi(public_base_url: str) -> str:
    """The OpenAPI document as JSON text, naming this deployment as its server."""
    return json.dumps(_document() | {"servers": [{"url": public_base_url.rstrip("/")}]}, separators=(",", ":"))


def page_answer() -> Response[str]:
    """The documentation page, without what it loads."""
    return answers.text(_page(), "text/html; charset=utf-8", headers=PAGE_HEADERS)


def part_answer(name: str, accept_encoding: str | None) -> Response[Any]:
    """A file that the page loads. Raises RouteNotFound for any other name."""
    if name == REFERENCE:
        return answers.stored_script(_reference, accept_encoding)
    part = _part(name)
    if part is None:
        raise RouteNotFound("There is nothing at this address.")
    return answers.text(*part)


@cache
def _page() -> str:
    return _files().joinpath("page.html").read_text("utf-8")


@cache
def _part(name: str) -> tuple[str, str] | None:
    """A text that the page loads, with its media type; None for any other name."""
    if name == _GUIDES:
        guides = sorted(_files().joinpath("guides").iterdir(), key=lambda guide: guide.name)
        return "\n\n".join(guide.read_text("utf-8").strip() for guide in guides), "text/markdown; charset=utf-8"
    return (_files().joinpath(name).read_text("utf-8"), _TYPES[name]) if name in _TYPES else None


def _reference(*, compressed: bool) -> bytes:
    """The library of the page, which is stored compressed."""
    stored = _files().joinpath(f"{REFERENCE}.gz").read_bytes()
    return stored if compressed else gzip.decompress(stored)


def methods_at(path: str) -> list[str]:
    """The methods that some route takes at this path, whichever function serves it; none for an unknown address."""
    return next((methods for pattern, methods in _routes() if pattern.fullmatch(path)), [])


def _files() -> Traversable:
    return resources.files(_PACKAGE)


@cache
def _document() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("openapi.json").read_text("utf-8")
    return cast(dict[str, Any], json.loads(text))


@cache
def _routes() -> list[tuple[re.Pattern[str], list[str]]]:
    methods: dict[str, set[str]] = {}
    for path, item in _document()["paths"].items():
        # Doors have names of their own for the same place of an address.
        methods.setdefault(_PLACE.sub("{}", path), set()).update(item)
    # Fixed addresses before those with placeholders: the more specific one wins, as in the gateway.
    paths = sorted(methods.items(), key=lambda entry: entry[0].count("{"))
    return [(_pattern(path), [name.upper() for name in _METHODS if name in found]) for path, found in paths]


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("[^/]+".join(re.escape(part) for part in path.split("{}")))
