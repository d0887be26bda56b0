"""The studio's pages as files to serve: path, content type and the headers that protect them.

`infra/web` has our own files. The libraries are installed from npm (`infra/local/packages.py`) and served from there.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.local.packages import PAGE_PACKAGES

REPOSITORY: Final = Path(__file__).resolve().parent.parent
WEB: Final = REPOSITORY / "infra" / "web"
_INSTALLED: Final = REPOSITORY / ".build" / "node" / "node_modules"

PREFIX: Final = "/studio/"
"""Where files have their addresses; pages have addresses of their own."""
PAGES: Final = (
    "/sign-in",
    "/generator",
    "/dashboard",
    "/gallery",
    "/gallery/{id}",
    "/analytics",
    "/products",
    "/products/{id}",
    "/articles",
    "/articles/{id}",
    "/prompts",
    "/prompts/templates",
    "/admin",
    "/admin/{tab}",
    "/account",
    "/account/{tab}",
)
"""Addresses of pages: all of them are `index.html`, whose script reads the address."""
SHARED_PAGE: Final = "/s/{token}"
"""A page for browsers, which ask for HTML; others get the API's answer at the same address."""
LIBRARIES: Final = {"vendor/preact.js": _INSTALLED / "htm" / "preact" / "standalone.module.js"}
"""Files of others: preact and htm in one module (MIT and Apache 2.0)."""

CONTENT_SECURITY_POLICY: Final = "; ".join([
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:", "connect-src 'self'",
    "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
])  # fmt: skip
HEADERS: Final = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_IMAGE: Final = "{image}"
_PREVIEW: Final = (
    '<meta property="og:title" content="A shared image"><meta property="og:type" content="website">'
    f'<meta property="og:image" content="{_IMAGE}"><meta name="twitter:card" content="summary_large_image">'
)
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class WebFile:
    """One file of the pages."""

    path: Path

    @property
    def content_type(self) -> str:
        return _TYPES[self.path.suffix]


def find(name: str) -> WebFile | None:
    """The file of a name below `PREFIX`; None when there is none. A name cannot lead out of the folder."""
    library = LIBRARIES.get(name)
    if library is not None:
        return WebFile(library) if library.is_file() else None
    path = (WEB / name).resolve()
    if not path.is_relative_to(WEB) or path.suffix not in _TYPES or not path.is_file():
        return None
    return WebFile(path)


def index() -> WebFile:
    """What every page's address answers with."""
    return WebFile(WEB / "index.html")


def names() -> tuple[str, ...]:
    """The names below `PREFIX` of all files that pages load."""
    own = (file.relative_to(WEB).as_posix() for file in WEB.rglob("*") if file.suffix in _TYPES)
    return (*sorted(name for name in own if name != "index.html"), *LIBRARIES)


def release() -> str:
    """Changes with every change of a file; part of the files' addresses on AWS, so they can be cached for good.

    Libraries count by their pinned versions, because they need not be installed when a template is made.
    """
    digest = hashlib.sha256(repr(sorted(PAGE_PACKAGES.items())).encode())
    for file in sorted(WEB.rglob("*")):
        if file.suffix in _TYPES:
            digest.update(file.relative_to(WEB).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


def with_preview(page: str, image: str) -> str:
    """A page with what programs show of a link to it: the address of an image, which needs no escaping."""
    return page.replace("</head>", f"{_PREVIEW.replace(_IMAGE, image)}</head>")


def document() -> str:
    """`index.html` with the files of this release, as pages on AWS have it."""
    return index().path.read_text(encoding="utf-8").replace(PREFIX, f"{PREFIX}{release()}/")
