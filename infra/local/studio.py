"""The studio's pages at the local edge, and the sign-in with a demo account.

On another origin nobody gets a demo account's token: the request needs a header that only a page of the edge can
send without a preflight, and a host name of this machine (which stops DNS rebinding).
"""

import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import Final

from infra.local.page_upload import PROMPT_LIMIT
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route
from starlette.types import Scope

from infra import web_files

DEMO_SESSION_PATH: Final = "/_edge/demo-session"
_DEMO_TOKENS: Final = {"user": "userToken", "operator": "adminToken"}
"""Entries of `local.json`, by whom a page asks to be."""
_OWN_HEADER: Final = "x-easel-studio"
_OWN_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "testserver"})
_NOT_OF_A_TOKEN: Final = re.compile(r"[^A-Za-z0-9_.~-]")
_METHODS: Final = ["GET", "HEAD"]
_CONFIG: Final = {"signIn": {"kind": "demo"}, "promptLimit": PROMPT_LIMIT}


class _BrowserRoute(Route):
    """A route for requests that ask for HTML. Others go to the API at the same address."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        accepted = dict(scope.get("headers", [])).get(b"accept", b"")
        return super().matches(scope) if b"text/html" in accepted else (Match.NONE, {})


class Studio:
    """Answers for pages and their files. `record` is the file with the demo accounts' tokens, `local.json`."""

    def __init__(self, record: Path) -> None:
        self._record = record

    @property
    def routes(self) -> list[Route]:
        pages = [Route(path, self.page, methods=_METHODS) for path in web_files.PAGES]
        return [
            *pages,
            _BrowserRoute(web_files.SHARED_PAGE, self.shared_page, methods=["GET"]),
            Route(f"{web_files.PREFIX}config.json", self.config, methods=_METHODS),
            Route(f"{web_files.PREFIX}{{name:path}}", self.file, methods=_METHODS),
            Route(DEMO_SESSION_PATH, self.demo_session, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        return _send(request, web_files.index())

    async def shared_page(self, request: Request) -> Response:
        token = _NOT_OF_A_TOKEN.sub("", request.path_params["token"])
        image = f"{request.url.scheme}://{request.url.netloc}/s/{token}/image"
        page = web_files.with_preview(web_files.index().path.read_text(encoding="utf-8"), image)
        return Response(page, headers=web_files.HEADERS, media_type=web_files.index().content_type)

    async def file(self, request: Request) -> Response:
        found = web_files.find(request.path_params["name"])
        return _send(request, found) if found else Response(status_code=404, headers=web_files.HEADERS)

    async def config(self, _request: Request) -> Response:
        return JSONResponse(_CONFIG, headers=web_files.HEADERS)

    async def demo_session(self, request: Request) -> Response:
        if request.url.hostname not in _OWN_HOSTS or _OWN_HEADER not in request.headers:
            return JSONResponse({"detail": "Only the studio of this stack may sign in so."}, status_code=403)
        try:
            name = _DEMO_TOKENS[request.query_params.get("as", "user")]
            token = json.loads(self._record.read_text(encoding="utf-8"))[name]
        except (OSError, ValueError, KeyError):
            return JSONResponse({"detail": "There is no demo account."}, status_code=404)
        return JSONResponse({"token": token}, headers={"Cache-Control": "no-store"})


def _send(request: Request, file: web_files.WebFile) -> Response:
    content = file.path.read_bytes()
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = web_files.HEADERS | {"ETag": tag, "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        content, headers = gzip.compress(content), headers | {"Content-Encoding": "gzip"}
    return Response(content, headers=headers, media_type=file.content_type)
