"""Posts to webhook endpoints: signed, to public addresses only, bounded in time and in what is read."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpcore
import pytest
import standardwebhooks
from tests.support.receiver import Answer, Receiver, receiving

from easel.domain.deliveries import Attempt, Outcome
from easel.domain.webhooks import new_secret
from easel.outbound.guard import GuardedHttp
from easel.outbound.webhooks import CUT, KEPT_BYTES, WebhookPoster
from easel.services.ports.webhooks import Posting

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.requirement("M-8")

SECRET = new_secret()
NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def post(
    url: str, receiver: Receiver | None = None, *, seconds: float = 5.0, http: GuardedHttp | None = None
) -> Attempt:
    poster = WebhookPoster(
        trusted_origins=[receiver.origin] if receiver else [], http=http, clock=lambda: datetime.now(UTC)
    )
    return poster(Posting(url, "evt-1", '{"id":"evt-1"}', (SECRET,), seconds), 3)


def test_a_post_is_signed_and_its_end_noted(receiver: Receiver) -> None:
    receiver.answers(200, b"thanks")

    attempt = post(receiver.url(), receiver)

    assert (attempt.number, attempt.outcome, attempt.status, attempt.response) == (
        *(3, Outcome.DELIVERED, 200),
        "thanks",
    )
    (posted,) = receiver.posted
    assert standardwebhooks.Webhook(SECRET).verify(posted.body, posted.headers) == {"id": "evt-1"}


def test_what_is_answered_is_cut_and_nothing_more_is_read(receiver: Receiver) -> None:
    receiver.answers(500, b"x" * (8 * 1024 * 1024))

    attempt = post(receiver.url(), receiver)

    assert attempt.response == "x" * KEPT_BYTES + CUT


def test_bytes_that_are_no_text_are_kept_as_text(receiver: Receiver) -> None:
    receiver.answers(200, b"a\x00\x1b[31m\xff\xed\xa0\x80")

    response = post(receiver.url(), receiver).response or ""

    assert "\x00" not in response
    assert response.encode()


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(204), Outcome.DELIVERED),
        (Answer(301, headers={"Location": "http://127.0.0.1:1/"}), Outcome.REDIRECT),
        (Answer(410), Outcome.GONE),
        (Answer(404), Outcome.REFUSED),
    ],
)
def test_the_status_decides(receiver: Receiver, answer: Answer, outcome: Outcome) -> None:
    receiver.answer = lambda _: answer

    assert post(receiver.url(), receiver).outcome is outcome
    assert len(receiver.posted) == 1


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("9" * 5000, timedelta(days=1)),
        ("Sun, 29 Nov 2999 12:00:00 GMT", None),
        ("soon", timedelta()),
        ("-5", timedelta()),
        ("", timedelta()),
    ],
    ids=["seconds", "digits", "date", "word", "negative", "empty"],
)
def test_retry_after_is_read_as_far_as_it_can_be(receiver: Receiver, text: str, wait: timedelta | None) -> None:
    receiver.answers(503, Retry_After=text)

    found = post(receiver.url(), receiver).retry_after

    if wait is None:
        assert found is not None
        assert found > timedelta(days=365)
    else:
        assert (found or timedelta()) == wait


def test_a_receiver_that_hangs_is_left_when_the_time_is_over(receiver: Receiver) -> None:
    receiver.answer = lambda _: Answer(hangs=True)

    assert post(receiver.url(), receiver, seconds=0.2).outcome is Outcome.TIMEOUT


@pytest.mark.parametrize(
    "url",
    ["http://shop.example/", "https://127.0.0.1/", "https://[::1]/", "https://localhost/", "https://a:b@shop.example/"],
)
def test_what_is_no_public_https_address_is_not_called(url: str) -> None:
    assert post(url).outcome is Outcome.BAD_ADDRESS


def test_a_name_that_leads_inside_is_not_called() -> None:
    http = GuardedHttp(resolve=lambda *_: ["93.184.215.14", "169.254.169.254"])

    assert post("https://shop.example/", http=http).outcome is Outcome.NOT_PUBLIC


def test_a_receiver_without_tls_is_told_apart_from_one_that_is_away(receiver: Receiver) -> None:
    class Loopback(httpcore.NetworkBackend):
        def connect_tcp(self, host: str, port: int, timeout: float | None = None, *_: object) -> httpcore.NetworkStream:
            return httpcore.SyncBackend().connect_tcp("127.0.0.1", receiver.port, timeout)

    http = GuardedHttp(
        resolve=lambda *_: ["93.184.215.14"], dialler=Loopback(), ssl_context=ssl.create_default_context()
    )

    assert post("https://shop.example/", http=http).outcome is Outcome.TLS


def test_a_host_that_nobody_has_is_unreachable() -> None:
    def nobody(*_: object) -> list[str]:
        raise socket.gaierror("no such host")

    assert post("https://shop.example/", http=GuardedHttp(resolve=nobody)).outcome is Outcome.UNREACHABLE
