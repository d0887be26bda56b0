"""What each way of failing means, whichever vendor it is."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING

import httpx
import pytest

from easel.domain.media_types import sniff_media_type
from easel.errors import ProviderError
from easel.errors import ProviderErrorClass as Class
from easel.outbound.http import Deadline
from easel.providers.base import (
    MAX_PICTURE_BYTES,
    Effect,
    Timeouts,
    VendorHttp,
    class_of_status,
    make_client,
    parse_retry_after,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def vendor(handler: Callable[[httpx.Request], httpx.Response]) -> VendorHttp:
    return VendorHttp("acme", make_client(transport=httpx.MockTransport(handler)))


def raising(error: Exception) -> Callable[[httpx.Request], httpx.Response]:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error

    return handler


def download(handler: Callable[[httpx.Request], httpx.Response], url: str = "https://cdn.acme.test/1.png") -> bytes:
    return vendor(handler).download(url, deadline=Deadline(60), own_origin="http://127.0.0.1:8090/api")


@pytest.mark.parametrize(
    ("error", "of_submit", "of_read"),
    [
        (httpx.ConnectError("refused"), Class.RETRYABLE, Class.RETRYABLE),
        (httpx.ConnectError("[Errno -2] Name or service not known"), Class.RETRYABLE, Class.RETRYABLE),
        (httpx.ConnectTimeout("slow"), Class.RETRYABLE, Class.RETRYABLE),
        (httpx.PoolTimeout("busy"), Class.RETRYABLE, Class.RETRYABLE),
        (httpx.ProxyError("no"), Class.RETRYABLE, Class.RETRYABLE),
        (httpx.ReadTimeout("silence"), Class.AMBIGUOUS, Class.RETRYABLE),
        (httpx.WriteTimeout("stuck"), Class.AMBIGUOUS, Class.RETRYABLE),
        (httpx.ReadError("reset"), Class.AMBIGUOUS, Class.RETRYABLE),
        (httpx.WriteError("reset"), Class.AMBIGUOUS, Class.RETRYABLE),
        (httpx.RemoteProtocolError("Server disconnected"), Class.AMBIGUOUS, Class.RETRYABLE),
        (httpx.DecodingError("gzip"), Class.AMBIGUOUS, Class.RETRYABLE),
        (httpx.UnsupportedProtocol("gopher"), Class.AUTH, Class.AUTH),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
@pytest.mark.parametrize("effect", [Effect.STARTS_JOB, Effect.REPEATABLE])
def test_a_failure_below_http_is_ambiguous_only_when_a_job_may_have_begun(
    error: Exception, of_submit: Class, of_read: Class, effect: Effect
) -> None:
    with pytest.raises(ProviderError) as caught:
        vendor(raising(error)).call(
            "POST", "https://acme.test", effect=effect, deadline=Deadline(60), timeouts=Timeouts()
        )
    assert caught.value.error_class is (of_submit if effect is Effect.STARTS_JOB else of_read)
    assert caught.value.provider == "acme"


@pytest.mark.parametrize(
    ("status", "of_submit", "of_read"),
    [
        (302, Class.GONE, Class.GONE),
        (400, Class.CALLER, Class.CALLER),
        (401, Class.AUTH, Class.AUTH),
        (402, Class.QUOTA, Class.QUOTA),
        (403, Class.AUTH, Class.AUTH),
        (404, Class.GONE, Class.GONE),
        (405, Class.GONE, Class.GONE),
        (408, Class.AMBIGUOUS, Class.RETRYABLE),
        (410, Class.GONE, Class.GONE),
        (413, Class.CALLER, Class.CALLER),
        (422, Class.CALLER, Class.CALLER),
        (425, Class.RETRYABLE, Class.RETRYABLE),
        (429, Class.RETRYABLE, Class.RETRYABLE),
        (500, Class.AMBIGUOUS, Class.RETRYABLE),
        (502, Class.AMBIGUOUS, Class.RETRYABLE),
        (503, Class.AMBIGUOUS, Class.RETRYABLE),
        (504, Class.AMBIGUOUS, Class.RETRYABLE),
    ],
)
def test_a_status_means_what_http_says(status: int, of_submit: Class, of_read: Class) -> None:
    assert class_of_status(status, Effect.STARTS_JOB) is of_submit
    assert class_of_status(status, Effect.REPEATABLE) is of_read


def test_no_call_outlives_what_is_left_of_the_deadline() -> None:
    seen: list[dict[str, float]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"])
        return httpx.Response(200)

    vendor(handler).call(
        "GET",
        "https://acme.test",
        effect=Effect.REPEATABLE,
        deadline=Deadline(3.0, monotonic=lambda: 100.0),
        timeouts=Timeouts(connect=1.0, read=100.0),
    )

    assert seen == [{"connect": 1.0, "read": 3.0, "write": 3.0, "pool": 3.0}]


def test_a_call_that_comes_too_late_is_not_made() -> None:
    requests: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200)

    with pytest.raises(ProviderError) as caught:
        vendor(handler).call(
            "POST", "https://acme.test", effect=Effect.STARTS_JOB, deadline=Deadline(0), timeouts=Timeouts()
        )

    assert caught.value.error_class is Class.RETRYABLE
    assert requests == []


@pytest.mark.parametrize(
    ("effect", "expected"), [(Effect.STARTS_JOB, Class.AMBIGUOUS), (Effect.REPEATABLE, Class.RETRYABLE)]
)
def test_an_answer_that_trickles_past_the_deadline_is_cut_off(effect: Effect, expected: Class) -> None:
    clock = count(step=4.0)

    def trickle() -> Iterator[bytes]:
        while True:
            yield b"."

    with pytest.raises(ProviderError) as caught:
        vendor(lambda request: httpx.Response(200, content=trickle())).call(
            "POST",
            "https://acme.test",
            effect=effect,
            deadline=Deadline(60, monotonic=lambda: next(clock)),
            timeouts=Timeouts(),
        )

    assert caught.value.error_class is expected


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("Fri, 20 Nov 2026 10:00:30 GMT", 30.0),
        ("Fri, 20 Nov 2026 09:00:00 GMT", 0.0),
        ("soon", None),
        ("-3", None),
        ("inf", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_both_of_its_forms(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header, lambda: datetime(2026, 11, 20, 10, 0, tzinfo=UTC)) == seconds


def test_a_picture_is_downloaded_without_our_credentials(png: bytes) -> None:
    requests: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, content=png)

    assert download(handler) == png
    assert "authorization" not in requests[0].headers


def test_a_download_without_end_stops_at_the_cap() -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while True:
            sent += 1_000_000
            yield b"\x89PNG\r\n\x1a\n".ljust(1_000_000)

    with pytest.raises(ProviderError) as caught:
        download(lambda request: httpx.Response(200, content=endless()))

    assert (caught.value.error_class, caught.value.provider_code) == (Class.FAILED, "too_large")
    assert sent <= MAX_PICTURE_BYTES + 2_000_000


@pytest.mark.parametrize("body", [b"", b"<html>sorry</html>", b"GIF89a...", b"%PDF-1.7"])
def test_a_download_that_is_no_picture_fails_whatever_it_calls_itself(body: bytes) -> None:
    with pytest.raises(ProviderError) as caught:
        download(lambda request: httpx.Response(200, content=body, headers={"Content-Type": "image/png"}))

    assert (caught.value.error_class, caught.value.provider_code) == (Class.FAILED, "not_a_picture")


@pytest.mark.parametrize(
    ("status", "expected"),
    [(403, Class.FAILED), (404, Class.FAILED), (410, Class.FAILED), (429, Class.RETRYABLE), (503, Class.RETRYABLE)],
)
def test_a_picture_that_is_gone_fails_and_one_that_is_late_is_fetched_again(status: int, expected: Class) -> None:
    with pytest.raises(ProviderError) as caught:
        download(lambda request: httpx.Response(status))

    assert caught.value.error_class is expected


def test_a_download_follows_a_redirect_to_another_https_host(png: bytes) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.host == "cdn.acme.test":
            return httpx.Response(302, headers={"Location": "https://files.acme.test/1.png"})
        return httpx.Response(200, content=png)

    assert download(handler) == png


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:8091/",
        "file:///etc/passwd",
        "https://cdn.acme.test:99999/",
    ],
)
@pytest.mark.parametrize("redirected", [False, True], ids=["named", "redirected"])
def test_a_download_never_leaves_https_except_for_the_vendors_own_origin(location: str, *, redirected: bool) -> None:
    called: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        called.append(str(request.url))
        return httpx.Response(302, headers={"Location": location})

    url = "https://cdn.acme.test/1.png" if redirected else location
    with pytest.raises(ProviderError) as caught:
        download(handler, url)
    assert caught.value.error_class is Class.FAILED
    assert called == (["https://cdn.acme.test/1.png"] if redirected else [])


def test_the_vendors_own_origin_may_be_http(png: bytes) -> None:
    assert download(lambda request: httpx.Response(200, content=png), "http://127.0.0.1:8090/outputs/1.png") == png


def test_a_ring_of_redirects_ends() -> None:
    with pytest.raises(ProviderError) as caught:
        download(lambda request: httpx.Response(302, headers={"Location": "https://cdn.acme.test/1.png"}))

    assert caught.value.provider_code == "too_many_redirects"


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x10\x00\x00\x00WAVEfmt ", None),
        (b"GIF89a", None),
        (b"<svg>", None),
        (b"", None),
    ],
)
def test_pictures_are_known_by_their_first_bytes(data: bytes, media_type: str | None) -> None:
    assert sniff_media_type(data) == media_type
