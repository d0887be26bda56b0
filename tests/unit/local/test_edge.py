import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
from hypercorn.asyncio import serve
from hypercorn.config import Config
from infra.local.edge import LARGEST_BODY_BYTES, REQUESTS_AT_ONCE, Target, application
from starlette.applications import Starlette

if TYPE_CHECKING:
    from hypercorn.typing import ASGIFramework

Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def target_file(tmp_path: Path) -> Path:
    file = tmp_path / "target.json"
    file.write_text(json.dumps({"url": "http://127.0.0.1:4566/_aws/execute-api/abc/$default"}))
    return file


def ask(target_file: Path, api: Handler, method: str = "GET", path: str = "/", **words: Any) -> httpx.Response:
    """Send one request through an edge whose API is `api`."""

    async def through_the_edge() -> httpx.Response:
        edge = application(Target(target_file), httpx.MockTransport(api), record=target_file)
        transport = httpx.ASGITransport(app=edge, client=("192.0.2.7", 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://edge.test") as client:
            return await client.request(method, path, **words)

    return asyncio.run(through_the_edge())


class Api:
    """Remembers what reached it."""

    def __init__(self, answer: httpx.Response | None = None) -> None:
        self.answer = answer or httpx.Response(200)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.answer


@pytest.mark.parametrize("path", ["/api/v1/a%2Fb/c%20d?x=1&x=2&q=%C3%BC", "/i/%0A", "/i/a%0Ab", "/"])
def test_a_request_reaches_the_api_unchanged(target_file: Path, path: str) -> None:
    api, body = Api(), bytes(range(256))

    ask(target_file, api, "PUT", path, content=body, headers={"x-request-id": "r-1", "content-type": "image/png"})

    (request,) = api.requests
    assert request.method == "PUT"
    assert request.url.raw_path == b"/_aws/execute-api/abc/$default" + path.encode()
    assert request.content == body
    assert request.headers["x-request-id"] == "r-1"
    assert request.headers["content-type"] == "image/png"


def test_a_crowd_waits_for_its_turn_and_everybody_is_answered(target_file: Path) -> None:
    inside, most = 0, 0

    async def api(_request: httpx.Request) -> httpx.Response:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        for _ in range(5):
            await asyncio.sleep(0)
        inside -= 1
        return httpx.Response(200)

    async def crowd() -> list[httpx.Response]:
        transport = httpx.ASGITransport(
            app=application(Target(target_file), httpx.MockTransport(api), record=target_file)
        )
        async with httpx.AsyncClient(transport=transport, base_url="http://edge.test") as client:
            return await asyncio.gather(*(client.get("/") for _ in range(3 * REQUESTS_AT_ONCE)))

    assert [answer.status_code for answer in asyncio.run(crowd())] == [200] * 3 * REQUESTS_AT_ONCE
    assert most == REQUESTS_AT_ONCE


def test_the_caller_is_named_after_those_before_it(target_file: Path) -> None:
    api = Api()

    ask(target_file, api, headers={"x-forwarded-for": "198.51.100.1"})

    assert api.requests[0].headers.get_list("x-forwarded-for")[-1] == "198.51.100.1, 192.0.2.7"
    assert api.requests[0].headers["x-forwarded-host"] == "edge.test"


def test_the_answer_comes_back_unchanged(target_file: Path) -> None:
    headers = [
        ("content-type", "image/webp"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
        ("location", "http://s3/x"),
    ]
    api = Api(httpx.Response(302, headers=headers, content=b"\x00\xff"))

    answer = ask(target_file, api)

    assert answer.status_code == 302
    assert answer.content == b"\x00\xff"
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["location"] == "http://s3/x"
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]


def test_a_compressed_answer_stays_compressed(target_file: Path) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"\x1f\x8b"
        yield b"not really gzip"

    api = Api(httpx.Response(200, headers={"x-encoding": "kept"}, content=chunks()))

    assert ask(target_file, api).content == b"\x1f\x8bnot really gzip"


def test_headers_of_one_connection_are_not_passed_on(target_file: Path) -> None:
    api = Api(httpx.Response(200, headers={"connection": "close", "keep-alive": "timeout=5"}))

    answer = ask(target_file, api, headers={"connection": "close", "te": "trailers"})

    assert "te" not in api.requests[0].headers
    assert "keep-alive" not in answer.headers


def test_a_response_has_one_date_and_one_server(target_file: Path) -> None:
    api = Api(httpx.Response(200, headers={"date": "Tue, 01 Dec 2026 04:00:00 GMT", "server": "emulator"}))

    headers = served(application(Target(target_file), httpx.MockTransport(api), record=target_file), "/api/v1/models")

    assert [len(headers.get_list(name)) for name in ("date", "server")] == [1, 1]


def served(edge: Starlette, path: str) -> httpx.Headers:
    """The headers of a response as Hypercorn sends it, which adds some of its own."""

    async def through_the_server() -> httpx.Headers:
        listener = socket.create_server(("127.0.0.1", 0))
        config, done = Config(), asyncio.Event()
        port = listener.getsockname()[1]
        config.bind = [f"fd://{listener.detach()}"]
        server = asyncio.create_task(serve(cast("ASGIFramework", edge), config, shutdown_trigger=done.wait))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            answer = await client.get(path)
        done.set()
        await server
        return answer.headers

    return asyncio.run(through_the_server())


def test_a_body_that_api_gateway_would_refuse_is_refused(target_file: Path) -> None:
    api = Api()

    answer = ask(target_file, api, "POST", content=b"x" * (LARGEST_BODY_BYTES + 1))

    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 413
    assert api.requests == []


def test_the_largest_body_is_accepted(target_file: Path) -> None:
    api = Api()

    assert ask(target_file, api, "POST", content=b"x" * LARGEST_BODY_BYTES).status_code == 200


@pytest.mark.parametrize("content", [None, "", "{}", "not json"])
def test_without_an_api_callers_are_asked_to_come_back(target_file: Path, content: str | None) -> None:
    if content is None:
        target_file.unlink()
    else:
        target_file.write_text(content)

    answer = ask(target_file, Api())

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_newly_deployed_api_is_used_without_a_restart(target_file: Path) -> None:
    target = Target(target_file)
    before = target.url()
    replacement = target_file.with_name("new.json")
    replacement.write_text(json.dumps({"url": "http://127.0.0.1:4566/_aws/execute-api/new/$default"}))
    os.replace(replacement, target_file)  # noqa: PTH105 - the one step in which the tools write it

    assert target.url() != before


@pytest.mark.parametrize(("error", "status"), [(httpx.ReadTimeout("slow"), 504), (httpx.ConnectError("refused"), 503)])
def test_an_api_that_does_not_answer_is_told_as_a_problem(target_file: Path, error: Exception, status: int) -> None:
    def api(_request: httpx.Request) -> httpx.Response:
        raise error

    answer = ask(target_file, api)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


LINK = "/files/pictures/generated/w/original.png?X-Amz-Signature=abc&response-content-disposition=inline%3B"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_link_to_a_picture_reaches_the_bucket_without_the_credential_that_came_with_it(
    target_file: Path, method: str
) -> None:
    storage = Api(httpx.Response(200, headers={"content-type": "image/png"}, content=b"picture"))
    headers = {"authorization": "Bearer key", "cookie": "a=1", "range": "bytes=0-3", "if-none-match": '"tag"'}

    answer = ask(target_file, storage, method, LINK, headers=headers)

    (request,) = storage.requests
    assert request.method == method
    assert str(request.url) == "http://127.0.0.1:4566" + LINK.removeprefix("/files")
    assert {name for name in headers if name in request.headers} == {"range", "if-none-match"}
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/files/", "/files/pictures", "/files/pictures?list-type=2", LINK.partition("?")[0]])
def test_the_bucket_shows_nothing_without_a_signature(target_file: Path, method: str, path: str) -> None:
    storage = Api()

    answer = ask(target_file, storage, method, path, headers={"authorization": "Bearer key"})

    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/xml")
    assert storage.requests == []


def test_what_is_written_to_a_link_does_not_reach_the_bucket(target_file: Path) -> None:
    api = Api()

    ask(target_file, api, "PUT", LINK, content=b"x")

    assert api.requests[0].url.path.startswith("/_aws/execute-api/")


def test_a_shared_link_is_a_page_with_a_preview_for_browsers_and_the_apis_for_programs(target_file: Path) -> None:
    api = Api(httpx.Response(200, content=b"{}"))

    page = ask(target_file, api, path='/s/to"ken', headers={"accept": "text/html"})

    assert api.requests == []
    assert '<meta property="og:image" content="http://edge.test/s/token/image">' in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert ask(target_file, api, path="/s/token", headers={"accept": "application/json"}).content == b"{}"
    assert ask(target_file, api, path="/s/token/image", headers={"accept": "image/*"}).content == b"{}"


def test_tokens_come_from_the_emulated_user_pool(target_file: Path) -> None:
    pool = Api(httpx.Response(400, content=b'{"error":"invalid_grant"}'))

    answer = ask(target_file, pool, "POST", "/oauth2/token", content=b"grant_type=refresh_token")

    (request,) = pool.requests
    assert str(request.url) == "http://127.0.0.1:4566/oauth2/token"
    assert (answer.status_code, request.content) == (400, b"grant_type=refresh_token")
