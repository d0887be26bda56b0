"""What each way of failing means, whichever vendor it is."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING

import httpx
import pytest

from easel.domain.media_types import sniff_media_type
from easel.errors import ProviderError
from easel.errors import ProviderErrorClass as Class
from easel.outbound.certificates import trusted_certificates
from easel.outbound.deadline import Deadline
from easel.providers.numbers import parse_retry_after
from easel.providers.vendor_http import Effect, Timeouts, VendorHttp, class_of_status, make_client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def vendor(handler: Callable[[httpx.Request], httpx.Response]) -> VendorHttp:
    return VendorHttp("acme", make_client(transport=httpx.MockTransport(handler)))


def raising(error: Exception) -> Callable[[httpx.Request], httpx.Response]:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error

    return handler


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


@pytest.mark.parametrize("location", [b"https://xn--/", b"https://[", b"\x80", b"//", b"https://a:99999/"])
def test_a_redirect_that_leads_nowhere_is_as_harmless_as_any_other(location: bytes) -> None:
    answer = vendor(lambda request: httpx.Response(302, headers=[(b"Location", location)])).call(
        "POST", "https://acme.test", effect=Effect.STARTS_JOB, deadline=Deadline(60), timeouts=Timeouts()
    )
    assert answer.status == 302


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


def test_the_root_certificates_are_read_once_for_all_vendors(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bool] = []
    make = httpx.create_ssl_context

    def counted(*, trust_env: bool) -> ssl.SSLContext:
        read.append(trust_env)
        return make(trust_env=trust_env)

    monkeypatch.setattr(httpx, "create_ssl_context", counted)
    trusted_certificates.cache_clear()
    for name in ("acme", "other"):
        VendorHttp.to(name, "https://vendor.example")

    assert read == [True]
