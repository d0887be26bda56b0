"""The edge: a proxy that gives the emulated API one stable address, like a domain name on AWS.

Every request is forwarded unchanged to the deployed HTTP API, and the response is streamed back. It only enforces the
body size that API Gateway accepts.

Below `/files` it stands for the CloudFront distribution of the pictures (`infra/constructs/pictures.py`): presigned
links are passed on to the emulated S3 without the headers that CloudFront removes. `TOKEN_PATHS` are those of the
emulated Cognito, as on AWS (`infra/constructs/pages.py`). It also serves the studio's pages (`studio.py`),
and passes WebSockets at `/realtime` on (`edge_sockets.py`). Run as `python -m infra.local.edge`.
"""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import httpx
from hypercorn.asyncio import serve
from hypercorn.config import Config
from infra.local import edge_sockets
from infra.local.studio import Studio
from infra.settings import REALTIME_PATH
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute

if TYPE_CHECKING:
    from hypercorn.typing import ASGIFramework

HEALTH_PATH: Final = "/_edge/health"
LARGEST_BODY_BYTES: Final = 10_000_000
"""API Gateway's limit (service quota "Payload size" of HTTP APIs)."""

_MOST_BYTES_DRAINED: Final = 8 * LARGEST_BODY_BYTES
_RETRY_AFTER_SECONDS: Final = 5
_ANSWER_SECONDS: Final = 120
"""The API's timeout is 30 s; on a busy machine the start of its functions may take as long again."""

REQUESTS_AT_ONCE: Final = 12
"""Further requests wait. Otherwise each would start a function: on two cores sixty cold starts take a minute, clients
retry meanwhile, and the emulator refuses requests beyond its account's concurrency."""

_BETWEEN_TWO_HOPS: Final = frozenset({
    b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection", b"te", b"trailer",
    b"transfer-encoding", b"upgrade",
})  # fmt: skip
"""Headers that concern one connection only (RFC 9110, 7.6.1)."""
_SET_BY_THE_SERVER: Final = frozenset({b"date", b"server"})
"""Headers that Hypercorn adds to every response: those of the emulator would be there as well."""

TOKEN_PATHS: Final = ("/oauth2/token", "/oauth2/revoke")
PICTURES_PATH: Final = "/files"
_KEPT_BY_CLOUDFRONT: Final = frozenset({
    b"accept", b"accept-encoding", b"access-control-request-headers", b"access-control-request-method", b"if-match",
    b"if-modified-since", b"if-none-match", b"if-range", b"if-unmodified-since", b"origin", b"range", b"user-agent",
})  # fmt: skip
"""The request headers that reach the bucket. A client's credential for our API is not among them."""
_SIGNATURE: Final = "X-Amz-Signature"
_ACCESS_DENIED: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'
)
_PICTURE_METHODS: Final = ["GET", "HEAD", "OPTIONS"]

_METHODS: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class Target:
    """The URL of the API, from `{"url": ...}` in a file that the deployment writes; reloaded when the file changes."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen: tuple[int, int] | None = None
        self._url: str | None = None
        self._realtime_url: str | None = None

    def realtime_url(self) -> str | None:
        """URL of the deployed WebSocket API; None while there is none."""
        return self._realtime_url if self.url() else None

    def url(self) -> str | None:
        """Base URL of the deployed API; None while there is none."""
        try:
            status = self._file.stat()
            seen = (status.st_mtime_ns, status.st_ino)
            if seen != self._seen:
                values = json.loads(self._file.read_text(encoding="utf-8"))
                self._url, self._realtime_url = str(values["url"]), values.get("realtimeUrl")
                self._seen = seen
        except (OSError, ValueError, KeyError):
            self._seen = self._url = None
        return self._url

    def storage_url(self) -> str | None:
        """Base URL of the emulated S3, which has the address of the emulated API; None while there is none."""
        url = self.url()
        return None if url is None else str(httpx.URL(url).copy_with(raw_path=b"/"))


class BodyTooLargeError(Exception):
    """The body is longer than API Gateway accepts."""


class _AnyPath(Convertor[str]):
    """Any text. Starlette's own `path` has no line breaks: such a path would not be passed on."""

    regex = r"[\s\S]*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("any", _AnyPath())


class Edge:
    """What answers requests: the API behind its address, and the bucket below `PICTURES_PATH`."""

    def __init__(self, target: Target, way: httpx.AsyncBaseTransport) -> None:
        self._target = target
        self._way = way
        self._turns = asyncio.Semaphore(REQUESTS_AT_ONCE)

    async def pass_on(self, request: Request) -> Response:
        base = self._target.url()
        if base is None:
            return _not_deployed()
        try:
            body = await _body(request)
        except BodyTooLargeError:
            return _problem(413, "Content Too Large", f"A request may have {LARGEST_BODY_BYTES} bytes at most.")
        except ClientDisconnect:
            return Response(status_code=499)
        async with self._turns:
            if await request.is_disconnected():
                return Response(status_code=499)
            return await _answer(self._way, _towards(base, request, body))

    async def picture(self, request: Request) -> Response:
        # The emulated S3 takes a request without a signature for one of the account's owner.
        if request.method != "OPTIONS" and _SIGNATURE not in request.query_params:
            return Response(_ACCESS_DENIED, status_code=403, media_type="application/xml")
        base = self._target.storage_url()
        return _not_deployed() if base is None else await _answer(self._way, _to_storage(base, request))

    async def token(self, request: Request) -> Response:
        base = self._target.storage_url()
        if base is None:
            return _not_deployed()
        try:
            return await _answer(self._way, _towards(base, request, await _body(request)))
        except BodyTooLargeError:
            return _problem(413, "Content Too Large", f"A request may have {LARGEST_BODY_BYTES} bytes at most.")

    async def health(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok", "deployed": self._target.url() is not None})


def application(target: Target, transport: httpx.AsyncBaseTransport | None = None, *, record: Path) -> Starlette:
    """The edge as an ASGI application. `transport` sends requests to the API and to the bucket.

    `record` is `local.json`.
    """
    way = transport or httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=200, keepalive_expiry=30))
    edge = Edge(target, way)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with way:
            yield

    routes = [
        Route(HEALTH_PATH, edge.health),
        *Studio(record).routes,
        WebSocketRoute(REALTIME_PATH, edge_sockets.passing_on(target.realtime_url)),
        Route(f"{PICTURES_PATH}/{{path:any}}", edge.picture, methods=_PICTURE_METHODS),
        *(Route(path, edge.token, methods=["POST"]) for path in TOKEN_PATHS),
        Route("/{path:any}", edge.pass_on, methods=_METHODS),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


async def _body(request: Request) -> bytes:
    """Read the whole body. One that is too large is read too, up to a limit, so that its sender gets the response."""
    body = bytearray()
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received <= LARGEST_BODY_BYTES:
            body += chunk
        elif received > _MOST_BYTES_DRAINED:
            break
    if received > LARGEST_BODY_BYTES:
        raise BodyTooLargeError
    return bytes(body)


def _towards(base: str, request: Request, body: bytes) -> httpx.Request:
    url = httpx.URL(base)
    path: bytes = request.scope["raw_path"]
    query: bytes = request.scope["query_string"]
    headers = [(name, value) for name, value in request.headers.raw if name not in _BETWEEN_TWO_HOPS | {b"host"}]
    headers += _forwarding(request)
    return httpx.Request(
        request.method,
        url.copy_with(raw_path=url.raw_path.rstrip(b"/") + path + (b"?" + query if query else b"")),
        headers=headers,
        content=body,
        extensions={"timeout": httpx.Timeout(_ANSWER_SECONDS).as_dict()},
    )


def _to_storage(base: str, request: Request) -> httpx.Request:
    path: bytes = request.scope["raw_path"].removeprefix(PICTURES_PATH.encode())
    query: bytes = request.scope["query_string"]
    return httpx.Request(
        request.method,
        httpx.URL(base).copy_with(raw_path=path + (b"?" + query if query else b"")),
        headers=[(name, value) for name, value in request.headers.raw if name in _KEPT_BY_CLOUDFRONT],
        extensions={"timeout": httpx.Timeout(_ANSWER_SECONDS).as_dict()},
    )


def _forwarding(request: Request) -> list[tuple[bytes, bytes]]:
    """Forwarding headers as API Gateway sets them."""
    caller = request.client.host if request.client else "127.0.0.1"
    before = request.headers.getlist("x-forwarded-for")
    told: list[tuple[bytes, bytes]] = [(b"x-forwarded-for", ", ".join([*before, caller]).encode("latin-1"))]
    for name, value in (("x-forwarded-proto", request.url.scheme), ("x-forwarded-host", request.headers.get("host"))):
        if value and name not in request.headers:
            told.append((name.encode(), value.encode("latin-1")))
    return told


async def _answer(way: httpx.AsyncBaseTransport, request: httpx.Request) -> Response:
    try:
        answer = await way.handle_async_request(request)
    except httpx.TimeoutException:
        return _problem(504, "Gateway Timeout", "The API did not answer in time.")
    except httpx.TransportError as error:
        return _problem(503, "Service Unavailable", f"The emulator cannot be reached ({type(error).__name__}).")
    stream = answer.stream
    assert isinstance(stream, httpx.AsyncByteStream)  # noqa: S101 - asynchronous transports give asynchronous streams
    response = StreamingResponse(stream, status_code=answer.status_code, background=BackgroundTask(stream.aclose))
    left_out = _BETWEEN_TWO_HOPS | _SET_BY_THE_SERVER
    response.raw_headers = [(name.lower(), value) for name, value in answer.headers.raw if name.lower() not in left_out]
    return response


def _not_deployed() -> JSONResponse:
    return _problem(503, "Service Unavailable", "No API is deployed yet.")


def _problem(status: int, title: str, detail: str) -> JSONResponse:
    """An error response (RFC 9457)."""
    headers = {"Retry-After": str(_RETRY_AFTER_SECONDS)} if status in {503, 504} else {}
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JSONResponse(body, status_code=status, headers=headers, media_type="application/problem+json")


def main() -> None:
    parser = argparse.ArgumentParser(description="Proxy from one stable loopback address to the emulated API.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--target", type=Path, required=True, help="file that names the API's address")
    parser.add_argument("--record", type=Path, required=True, help="file with the demo account's token")
    arguments = parser.parse_args()
    config = Config()
    config.bind = [f"127.0.0.1:{arguments.port}"]
    config.accesslog = "-"
    config.access_log_format = '%(t)s "%(r)s" %(s)s %(b)s %(D)s us'
    config.graceful_timeout = 3
    config.keep_alive_timeout = 75
    edge = cast("ASGIFramework", application(Target(arguments.target), record=arguments.record))
    asyncio.run(serve(edge, config))


if __name__ == "__main__":
    main()
