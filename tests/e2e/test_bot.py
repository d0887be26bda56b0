"""The bot of README.md, as it is written there, against the deployed stack: the whole life of a customer in a chat."""

from __future__ import annotations

import io
import json
import os
import re
import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from PIL import Image as Picture
from tests.support.cloud import REPOSITORY, LocalCloud

from easel.domain.photo import MAX_BYTES, is_photo
from easel.identity.telegram import derived_key

GUIDE = REPOSITORY / "layers/documentation/python/easel_documentation/guides/30-telegram-bot.md"


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    file = REPOSITORY / os.environ.get("EASEL_DIR", ".easel") / "local.json"
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


@pytest.fixture(params=["an API key", "the key derived from the token"])
def bot(cloud: LocalCloud, record: dict[str, Any], request: pytest.FixtureRequest) -> Iterator[Any]:
    text = GUIDE.read_text("utf-8")
    (code,) = (block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "class Bot" in block)
    scope: dict[str, Any] = {}
    exec(compile(code, GUIDE.name, "exec"), scope)  # noqa: S102 - our own documentation
    derived = derived_key(record["telegramBotToken"])
    made = scope["Bot"](cloud.api_url, record["botApiKey"] if request.param == "an API key" else derived)
    with made.http:
        yield made


@pytest.mark.requirement("S001-11", "S001-12", "S001-14", "S001-15", "S001-18", "S001-19", "S001-27", "S001-59")
def test_a_customer_is_synced_draws_gets_a_photo_tops_up_and_is_refunded(bot: Any) -> None:
    user, chat, charge = 1 + secrets.randbelow(2**50), -100, f"stx{secrets.token_hex(8)}"

    synced = bot.sync(user, "Ada", "uz")
    price = bot.price(user)
    made = bot.draw(user, chat, 7, "a red fox", "uz")
    again = bot.draw(user, chat, 7, "a red fox", "uz")
    added = bot.top_up(user, 100, charge)
    refunded = bot.refund(user, charge)

    assert (synced["balance"], price) == (5, 1)
    assert (made["status"], made["cost"], made["error_message"]) == ("completed", 1, None)
    assert (made["chat_id"], made["message_id"], made["language"]) == (chat, 7, "uz")
    assert again["id"] == made["id"]
    assert (added["credits_added"], added["balance"]) == (10, 14)
    assert (refunded["credits_refunded"], refunded["credits_spent"], refunded["balance"]) == (10, 0, 4)
    photo = httpx.get(made["results"][0]["telegram_photo_url"], follow_redirects=True, timeout=60)
    assert (photo.status_code, photo.headers["Content-Type"]) == (200, "image/jpeg")
    assert len(photo.content) <= MAX_BYTES
    with Picture.open(io.BytesIO(photo.content)) as picture:
        assert is_photo(*picture.size)
    (url,) = bot.call("GET", f"/generations/{made['id']}/results?telegram_id={user}", user)
    assert httpx.get(url, follow_redirects=True, timeout=60).status_code == 200


def test_a_refusal_reaches_the_chat_in_its_language(bot: Any) -> None:
    user = 1 + secrets.randbelow(2**50)
    bot.sync(user, "Ada", "uz")
    bot.model_id = 999

    with pytest.raises(RuntimeError, match="Bunday model"):
        bot.draw(user, -100, 8, "a red fox", "uz")
