"""The simulated Bot API gives our own fetcher the files that its file ids name."""

from __future__ import annotations

import io
from collections.abc import Iterator

import httpx
import pytest
from infra.local.simulators.server import Simulators
from PIL import Image as Picture

from easel.errors import ReferenceUnavailable
from easel.outbound.telegram import TelegramFileFetcher

TOKEN = "7654321:AA-test-token-of-no-bot"


@pytest.fixture(scope="module")
def simulators() -> Iterator[Simulators]:
    with Simulators() as running:
        yield running


def fetcher(simulators: Simulators, token: str = TOKEN) -> TelegramFileFetcher:
    return TelegramFileFetcher(lambda: token, base_url=f"{simulators.url}/telegram", trusted_origins=[simulators.url])


def test_a_file_id_is_always_the_same_picture_of_its_size(simulators: Simulators) -> None:
    first, second = (fetcher(simulators).fetch("sim-64x48-fox") for _ in range(2))

    assert first == second
    assert Picture.open(io.BytesIO(first.data)).size == (64, 48)
    assert fetcher(simulators).fetch("sim-64x48-owl").data != first.data


@pytest.mark.parametrize(
    ("file_id", "token", "reason"),
    [
        ("AgACAgI", TOKEN, "does not know this file id"),
        ("sim-too-big", TOKEN, "larger than Telegram"),
        ("sim-64x48-fox", "no-token", "refused the token"),
    ],
)
def test_what_telegram_refuses_is_refused(simulators: Simulators, file_id: str, token: str, reason: str) -> None:
    with pytest.raises(ReferenceUnavailable, match=reason):
        fetcher(simulators, token).fetch(file_id)


def test_other_methods_of_the_bot_api_are_not_simulated(simulators: Simulators) -> None:
    answer = httpx.get(f"{simulators.url}/telegram/bot{TOKEN}/sendMessage", trust_env=False)

    assert (answer.status_code, answer.json()["ok"]) == (404, False)
