"""The studio's pages as files to serve: path, content type and the headers that protect them.

`infra/web` has our own files. The libraries are installed from npm (`infra/local/packages.py`) and served from there.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parent.parent
WEB: Final = REPOSITORY / "infra" / "web"
_INSTALLED: Final = REPOSITORY / ".build" / "node" / "node_modules"

PREFIX: Final = "/studio/"
"""Where files have their addresses; pages have addresses of their own."""
PAGES: Final = ("/sign-in", "/generator")
"""Addresses of pages: all of them are `index.html`, whose script reads the address."""
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
