"""Seed 001 in one conversation: every address of its list, as the live bot and its Mini App ask, and what they read."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.functions.api.bot_client import UNSET, BotClient
from tests.functions.api.test_bot_generations import bot, ended
from tests.support.mini_app import TELEGRAM_ID, init_data
from tests.unit.imaging.pictures import a_picture, encoded

from easel.clock import system_clock
from easel.wiring.generations import submit_generation as submitting

if TYPE_CHECKING:
    from tests.functions.api.harness import Answer

__all__ = ["bot"]

CHAT: dict[str, Any] = {"chat_id": -100, "message_id": 7, "prompt_message_id": 6, "language": "ru"}
SUBMIT: dict[str, Any] = {"telegram_id": TELEGRAM_ID, "prompt": "a red fox", **UNSET}


@pytest.mark.requirement("S001-8", "S001-9", "S001-10", "S001-14", "S001-15", "S001-16", "S001-20", "S001-63")
def test_the_seeds_list_of_addresses_from_the_first_to_the_last(bot: BotClient) -> None:
    world = bot.world
    root, info = world.call("GET", "/"), world.call("GET", "/api/v1/info")
    assert (root.status, info.status) == (200, 200)
    health = bot.call("GET", "/api/v1/health", user=None).json
    assert (health["status"], isinstance(health["uptime_seconds"], int | float)) == ("ok", True)
    assert health["request_id"]

    assert bot.sync().json["id"] == TELEGRAM_ID
    assert bot.call("GET", f"/api/v1/users/{TELEGRAM_ID}/balance").json["balance"] == 5
    assert bot.call("GET", f"/api/v1/users/{TELEGRAM_ID}/trial").json["trial_available"] is True

    (seedream,) = (
        one for one in bot.call("GET", "/api/v1/models", user=None).json if one["model"]["key"] == "seedream-v4"
    )
    assert set(seedream["model"]["options"]) == {
        *("supports_size", "supports_aspect_ratio", "supports_resolution"),
        *("size_options", "aspect_ratio_options", "resolution_options"),
    }
    assert int(seedream["prices"][0]["unit_price"]) == 1
    sizes = bot.call("GET", "/api/v1/sizes", user=None).json
    assert "2048*2048" in sizes

    submit = {**SUBMIT, "model_id": int(seedream["model"]["id"]), "size": sizes[-1], "reference_urls": None, **CHAT}
    made = bot.call("POST", "/api/v1/generations/submit", body=submit)
    assert made.status == 200
    request = made.json["request"]
    assert (request["status"], request["size"], request["input_params"]["size"]) == ("pending", sizes[-1], sizes[-1])
    assert {"job_id", "provider_job_id", "trial_used"} <= set(made.json)

    active = bot.call("GET", "/api/v1/generations/active", query=f"telegram_id={TELEGRAM_ID}").json
    assert (active["has_active"], active["request_id"], active["public_id"]) == (
        True,
        request["id"],
        request["public_id"],
    )
    second = bot.call("POST", "/api/v1/generations/submit", body={**submit, "message_id": 8})
    assert (second.status, second.json["detail"]["active_request_id"]) == (409, request["id"])

    assert bot.refresh(request["id"]).json["status"] in {"pending", "running"}
    assert bot.of(request["id"], "/results").json == []
    ended(bot, request["public_id"])
    status = bot.of(request["id"]).json
    assert (status["status"], status["cost"], status["error_message"]) == ("completed", 1, None)
    assert status["completed_at"] >= status["created_at"]
    (address,) = bot.of(request["id"], "/results").json
    assert world.call("GET", address.removeprefix("https://easel.example")).status == 302

    form = httpx.Request(
        "POST",
        "http://x",
        files={"file": ("photos/file_1.jpg", encoded(a_picture(60, 40), "PNG"), "application/octet-stream")},
    )
    sent = {"content-type": form.headers["content-type"]}
    uploaded = bot.call("POST", "/api/v1/media/upload", user=None, headers=sent, form=form.read())
    assert set(uploaded.json) >= {"download_url", "filename", "size"}


@pytest.mark.requirement("S001-27")
def test_what_the_live_bot_asks_beside_the_seed(bot: BotClient) -> None:
    asked = {"telegram_id": TELEGRAM_ID, "model_id": 1, **UNSET, "is_image_to_image": False}
    price = bot.call("POST", "/api/v1/generations/price", body=asked).json
    assert {"model_id", "model_key", "price_credits", "price_usd", "is_dynamic", "cached"} <= set(price)
    assert (price["model_id"], price["price_credits"]) == (1, 1)
    assert bot.call("GET", f"/api/v1/users/{TELEGRAM_ID}/ban-status").json["is_banned"] is False
    referrals = bot.call("GET", f"/api/v1/referrals/{TELEGRAM_ID}", user=None).json
    assert referrals == {
        "user_id": TELEGRAM_ID,
        "referral_code": "",
        "referrals_count": 0,
        "referral_credits_total": 0,
        "bonus_percent": 0,
    }
    assert bot.call("GET", "/api/v1/referrals/42", user=None).status == 404
    history = bot.call("GET", "/api/v1/generations", query=f"telegram_id={TELEGRAM_ID}&limit=10&offset=0").json
    assert (history["items"], history["total"], history["limit"], history["offset"]) == ([], 0, 10, 0)

    options = bot.call("GET", "/api/v1/payments/stars/options", user=None).json
    assert set(options) == {
        *("enabled", "min_stars", "preset_stars", "exchange_numerator", "exchange_denominator", "currency"),
    }
    paid = {
        "telegram_id": TELEGRAM_ID,
        "stars_amount": options["min_stars"],
        "currency": "XTR",
        "telegram_charge_id": "stx-1",
        "provider_charge_id": "p-1",
        "invoice_payload": "buy:1",
    }
    first, again = (bot.call("POST", "/api/v1/payments/stars/confirm", user=None, body=paid).json for _ in range(2))
    assert (first["credits_added"], first["balance"]) == (again["credits_added"], again["balance"])
    assert bot.call("POST", "/api/v1/payments/stars/refund/stx-1", user=None).json["credits_refunded"] > 0


def test_what_the_mini_app_asks(bot: BotClient) -> None:
    """It has no key: `initData`, and every 3 seconds the status. It reads `request.{id, public_id, status}`."""
    headers = {"x-telegram-init-data": init_data()}

    def ask(method: str, path: str, **more: Any) -> Answer:
        return bot.world.call(method, path, headers=headers, **more)

    made = ask("POST", "/api/v1/generations/submit", body={**SUBMIT, "model_id": 2}).json["request"]
    assert set(made) >= {"id", "public_id", "status"}
    read = ask("GET", f"/api/v1/generations/{made['id']}", query=f"telegram_id={TELEGRAM_ID}").json
    assert read["status"] in {"pending", "running"}
    refused = ask("POST", "/api/v1/generations/submit", body={**SUBMIT, "model_id": 2})
    assert refused.status == 409
    assert isinstance(refused.json["message"], str)
    assert (refused.header("Content-Type") or "").startswith("application/json")


@pytest.mark.requirement("S001-22", "X-36")
def test_a_status_message_stands_for_one_job_for_a_day(bot: BotClient, monkeypatch: pytest.MonkeyPatch) -> None:
    first = bot.submit(**CHAT).json["request"]
    ended(bot, first["public_id"])
    count = len(bot.queued("GENERATIONS_QUEUE_URL"))

    def later(**by: int) -> Answer:
        monkeypatch.setattr(submitting, "system_clock", lambda: system_clock() + timedelta(**by))
        return bot.submit(**CHAT)

    assert later(hours=23, minutes=59).json["request"]["id"] == first["id"]
    assert bot.queued("GENERATIONS_QUEUE_URL") == []
    after = later(hours=24, minutes=1)

    assert count == 1
    # Another job: the test has ended the first one behind the back of the counter of running ones, which still has it.
    assert (after.status, after.json["detail"]["active_request_id"]) == (409, first["id"])


def test_a_failure_can_be_shown_in_the_chat(bot: BotClient) -> None:
    answer = bot.submit(**CHAT, model_id=999)

    assert (answer.status, answer.json["message"]) == (400, answer.json["error"]["message"])
    assert answer.json["error"]["request_id"]
