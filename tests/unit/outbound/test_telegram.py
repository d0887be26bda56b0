"""Files of the Telegram bot: fetched in two guarded calls, and the token is shown to nobody."""

from __future__ import annotations

import json
import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.outbound.network import Dialler, Shelf, serving

from easel.domain.provider import ReferenceImage
from easel.errors import EaselError, ImageRejected, ReferenceUnavailable
from easel.outbound.guard import GuardedHttp
from easel.outbound.references import MAX_REFERENCE_BYTES
from easel.outbound.telegram import TelegramFileFetcher

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "7654321:AA-test-token-of-no-bot"
PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"


class BotApi(Shelf):
    """Telegram with one file: `described` is its answer to getFile, then `body` is the file."""

    def __init__(self, described: object = ..., *, status: int = 200, body: bytes = PNG, **more: Any) -> None:
        super().__init__(body=body, **more)
        good = {"ok": True, "result": {"file_id": "f", "file_size": 3, "file_path": "photos/file_1.jpg"}}
        self.described = good if described is ... else described
        self.described_status = status

    def answer(self, target: str) -> tuple[int, bytes]:
        if "/getFile?" in target:
            text = self.described if isinstance(self.described, bytes) else json.dumps(self.described).encode()
            return self.described_status, text
        return self.status, self.body


@contextmanager
def telegram(shelf: Shelf, token: str | None = TOKEN) -> Iterator[TelegramFileFetcher]:
    with serving(shelf) as port:
        origin = f"http://127.0.0.1:{port}"
        yield TelegramFileFetcher(lambda: token, base_url=origin, trusted_origins=[origin])


def refusal(shelf: Shelf, file_id: str = "AgACAgI", token: str | None = TOKEN) -> EaselError:
    with telegram(shelf, token) as fetcher, pytest.raises((ReferenceUnavailable, ImageRejected)) as refused:
        fetcher.fetch(file_id)
    return refused.value


def test_a_file_is_looked_up_by_its_id_and_fetched_by_its_path() -> None:
    shelf = BotApi()
    with telegram(shelf) as fetcher:
        picture = fetcher.fetch("AgACAgI_x-1")

    assert picture == ReferenceImage(PNG, "image/png", "reference.png", url=None)
    assert [target for target, _ in shelf.asked] == [
        f"/bot{TOKEN}/getFile?file_id=AgACAgI_x-1",
        f"/file/bot{TOKEN}/photos/file_1.jpg",
    ]


def test_a_file_id_stays_within_its_parameter() -> None:
    shelf = BotApi()
    with telegram(shelf) as fetcher:
        fetcher.fetch("x/../y?a=b&c#d e")

    assert shelf.asked[0][0] == f"/bot{TOKEN}/getFile?file_id=x%2F..%2Fy%3Fa%3Db%26c%23d%20e"


def test_without_a_bot_nobody_is_called() -> None:
    shelf = BotApi()
    assert "no Telegram bot" in refusal(shelf, token=None).message
    assert shelf.asked == []


BAD_REQUEST = "Bad Request: wrong file_id or the file is temporarily unavailable"
REFUSALS: dict[str, tuple[BotApi, str]] = {
    "an unknown file": (BotApi({"ok": False, "description": BAD_REQUEST}, status=400), "does not know this file id"),
    "a large file": (BotApi({"ok": False, "description": "Bad Request: file is too big"}, status=400), "larger than"),
    "another token": (BotApi({"ok": False, "description": "Unauthorized"}, status=401), "refused the token"),
    "no such bot": (BotApi({"ok": False, "description": "Not Found"}, status=404), "refused the token"),
    "too many calls": (BotApi({"ok": False, "description": "Too Many Requests"}, status=429), "HTTP status 429"),
    "trouble": (BotApi(b"<html>", status=502), "could not be fetched"),
    "no json": (BotApi(b"\xff"), "could not be fetched"),
    "deep json": (BotApi(b"[" * 50_000), "could not be fetched"),
    "no object": (BotApi([1]), "could not be fetched"),
    "no path": (BotApi({"ok": True, "result": {}}), "does not know this file id"),
    "a path upwards": (BotApi({"ok": True, "result": {"file_path": "../../x"}}), "does not know this file id"),
    "a path with a query": (BotApi({"ok": True, "result": {"file_path": "a?b"}}), "does not know this file id"),
    "a path with a host": (BotApi({"ok": True, "result": {"file_path": "//evil.example/x"}}), "not know this file id"),
    "an endless answer": (BotApi(b"x" * 70_000), "larger than"),
    "a file that is gone": (BotApi(body=b"gone"), "not a PNG, JPEG or WebP"),
    "no picture": (BotApi(body=b"GIF89a"), "not a PNG, JPEG or WebP"),
    "too much": (BotApi(body=PNG + b"x" * MAX_REFERENCE_BYTES), "larger than 10 MB"),
}


@pytest.mark.parametrize(("shelf", "reason"), REFUSALS.values(), ids=REFUSALS.keys())
def test_what_telegram_does_not_deliver_is_refused_with_the_reason_and_without_the_token(
    shelf: BotApi, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        error = refusal(shelf)

    assert reason in error.message
    assert TOKEN not in f"{error!r} {error.__cause__!r} {error.__suppress_context__ or error.__context__!r}"


def test_the_bot_api_is_called_at_public_addresses_only() -> None:
    dialler = Dialler()
    http = GuardedHttp(dialler=dialler, resolve=lambda host, port: ["169.254.169.254"])
    fetcher = TelegramFileFetcher(lambda: TOKEN, base_url="https://api.telegram.example", http=http)

    with pytest.raises(ReferenceUnavailable, match="could not be fetched") as refused:
        fetcher.fetch("AgACAgI")

    assert dialler.dialled == []
    assert refused.value.__cause__ is None
