"""The bot door about people and the catalogue: what the bot's client sends and reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.support.mini_app import BOT_TOKEN, TELEGRAM_ID, init_data

from easel.domain.catalogue import load_catalogue
from easel.domain.identities import TelegramIdentity
from easel.doors.bot.catalogue.numbers import MODEL_NUMBERS, model_named
from easel.doors.bot.texts import text_of
from easel.identity.telegram import derived_key

if TYPE_CHECKING:
    from tests.functions.api.harness import Answer
    from tests.functions.api.world import World

LIVE_USER = {
    "telegram_id": TELEGRAM_ID,
    "username": "ada",
    "first_name": "Ada",
    "last_name": None,
    "language_code": "uz",
    "is_premium": True,
    "referral_code": None,
    "added_by_telegram_in_2027": {"anything": [1]},
}


class Client:
    """The bot's own client: a key, a header for the person, JSON only under exactly `application/json`."""

    def __init__(self, world: World, key: str) -> None:
        self.world = world
        self.key = key

    def call(self, method: str, path: str, *, user: object = TELEGRAM_ID, **more: Any) -> Answer:
        headers = {"x-internal-api-key": self.key} | ({"x-telegram-user-id": str(user)} if user else {})
        answer = self.world.call(method, path, headers=headers | more.pop("headers", {}), **more)
        assert answer.header("Content-Type") == "application/json"
        return answer

    def sync(self, **body: Any) -> Answer:
        return self.call("POST", "/api/v1/users/sync", body=body or LIVE_USER)


@pytest.fixture
def bot(world: World) -> Client:
    """The live bot: the workspace stores its token, and its client sends the key derived from it."""
    made = world.tenant("Bot", key="bot")
    world.set_bot(made["workspaceId"])
    return Client(world, derived_key(BOT_TOKEN))


@pytest.fixture
def with_key(world: World) -> Client:
    """A bot whose client sends an API key."""
    return Client(world, world.tenant("Bot with a key", key="bot")["apiKey"])


@pytest.mark.requirement("S001-11", "S001-12", "S001-13", "S001-27", "S001-80", "X-9")
@pytest.mark.parametrize("which", ["bot", "with_key"])
def test_the_profile_menu_of_the_bot_reads_what_it_expects(which: str, request: pytest.FixtureRequest) -> None:
    bot: Client = request.getfixturevalue(which)

    synced = bot.sync()
    balance = bot.call("GET", f"/api/v1/users/{TELEGRAM_ID}/balance")
    trial = bot.call("GET", f"/api/v1/users/{TELEGRAM_ID}/trial")
    ban = bot.call("GET", f"/api/v1/users/{TELEGRAM_ID}/ban-status")

    assert synced.status == 200
    assert (synced.json["id"], synced.json["telegram_id"]) == (TELEGRAM_ID, TELEGRAM_ID)
    assert synced.json["created"] is True
    assert {"created_at", "referral_code", "referral_applied", "referrer_telegram_id", "bonus_percent"} <= set(
        synced.json
    )
    assert balance.json == {"user_id": TELEGRAM_ID, "telegram_id": TELEGRAM_ID, "balance": 5, "held": 0}
    assert isinstance(balance.json["balance"], int)
    assert (trial.json["user_id"], trial.json["trial_available"], trial.json["used_count"]) == (TELEGRAM_ID, True, 0)
    assert ban.json == {"telegram_id": TELEGRAM_ID, "is_banned": False, "ban_reason": None}


@pytest.mark.requirement("S001-11")
def test_a_user_object_of_telegram_itself_is_understood_and_nothing_new_in_it_fails(bot: Client) -> None:
    as_telegram_sends_it = {"id": TELEGRAM_ID, "is_bot": False, "first_name": "Ada", "can_connect_to_business": True}

    answer = bot.sync(**as_telegram_sends_it)

    assert (answer.status, answer.json["telegram_id"], answer.json["first_name"]) == (200, TELEGRAM_ID, "Ada")


@pytest.mark.requirement("S001-11")
@pytest.mark.parametrize("door", ["bot", "canonical"])
def test_a_sync_changes_what_it_says_and_null_clears(with_key: Client, door: str) -> None:
    def sync(**fields: Any) -> Any:
        if door == "bot":
            return with_key.sync(telegram_id=TELEGRAM_ID, **fields).json
        body = {"telegram_id": TELEGRAM_ID, **fields}
        return with_key.world.call("POST", "/api/v1/users/sync", token=with_key.key, body=body).json["user"]

    def profile(user: Any) -> Any:
        return [user[name] for name in ("username", "first_name", "last_name", "language_code")]

    assert profile(sync(username="ada", first_name="Ada", language_code="uz")) == ["ada", "Ada", None, "uz"]
    assert profile(sync()) == ["ada", "Ada", None, "uz"]
    assert profile(sync(last_name="L", username=None)) == [None, "Ada", "L", "uz"]


@pytest.mark.requirement("X-1")
def test_a_request_for_another_user_than_the_header_names_is_refused(bot: Client) -> None:
    bot.sync()

    for method, path, body in [
        ("POST", "/api/v1/users/sync", LIVE_USER),
        ("GET", f"/api/v1/users/{TELEGRAM_ID}/balance", None),
        ("GET", f"/api/v1/users/{TELEGRAM_ID}/trial", None),
        ("GET", f"/api/v1/users/{TELEGRAM_ID}/ban-status", None),
    ]:
        answer = bot.call(method, path, user=1, body=body)
        assert (answer.status, answer.json["error"]["code"]) == (403, "forbidden")


@pytest.mark.requirement("X-1")
@pytest.mark.parametrize("key", ["0" * 64, "nonsense", "ek_nonsense", "\u00e9"])
def test_a_wrong_internal_key_is_401_in_the_shape_of_this_door(bot: Client, key: str) -> None:
    answer = Client(bot.world, key).sync()

    assert (answer.status, answer.json["error"]["code"]) == (401, "unauthenticated")
    assert answer.json["detail"]["code"] == "unauthenticated"
    assert answer.json["error"]["request_id"] == answer.header("X-Request-ID")


@pytest.mark.requirement("X-1")
def test_a_derived_key_is_worth_nothing_where_no_token_is_stored(world: World) -> None:
    assert Client(world, derived_key(BOT_TOKEN)).sync().status == 401
    world.set_bot(world.tenant("Bot", key="bot")["workspaceId"])
    world.forget_what_it_read()
    assert Client(world, derived_key(BOT_TOKEN)).sync().status == 200
    assert Client(world, derived_key("another:token")).sync().status == 401


@pytest.mark.requirement("X-1")
def test_a_mini_app_asks_about_its_own_user_and_nobody_else(bot: Client) -> None:
    signed = {"x-telegram-init-data": init_data()}

    def ask(method: str, path: str, **more: Any) -> Answer:
        return bot.world.call(method, path, headers=signed, **more)

    assert ask("GET", f"/api/v1/users/{TELEGRAM_ID}/balance").status == 404
    assert ask("POST", "/api/v1/users/sync", body=LIVE_USER).status == 200
    assert ask("GET", f"/api/v1/users/{TELEGRAM_ID}/balance").json["balance"] == 5
    assert ask("GET", "/api/v1/users/1/balance").status == 403
    assert ask("POST", "/api/v1/users/sync", body={"telegram_id": 1}).status == 403
    assert bot.call("GET", f"/api/v1/users/{TELEGRAM_ID}/balance").json["balance"] == 5


def test_a_bot_that_acts_by_header_sees_that_person_only(with_key: Client) -> None:
    with_key.sync()
    acting = {"x-act-as": f"telegram:{TELEGRAM_ID}"}

    assert with_key.call("GET", f"/api/v1/users/{TELEGRAM_ID}/balance", headers=acting).status == 200
    assert with_key.call("GET", "/api/v1/users/1/balance", user=None, headers=acting).status == 403


def test_the_people_of_a_derived_key_and_of_an_api_key_of_one_workspace_are_the_same(world: World) -> None:
    made = world.tenant("Bot", key="bot")
    world.set_bot(made["workspaceId"])
    Client(world, made["apiKey"]).sync()

    balance = Client(world, derived_key(BOT_TOKEN)).call("GET", f"/api/v1/users/{TELEGRAM_ID}/balance")

    assert balance.status == 200
    assert (
        TelegramIdentity(made["workspaceId"], TELEGRAM_ID).user_id
        == Client(world, made["apiKey"]).sync().json["public_id"]
    )


@pytest.mark.requirement(
    "S001-14", "S001-30", "S001-34", "S001-35", "S001-42", "S001-43", "S001-45", "S001-46", "S001-47"
)
def test_models_are_a_bare_list_with_the_options_of_the_seed_and_one_credit_each(bot: Client) -> None:
    listed = bot.call("GET", "/api/v1/models", user=None).json

    by_key = {entry["model"]["key"]: entry for entry in listed}
    assert [entry["model"]["key"] for entry in listed][:3] == ["seedream-v4", "nano-banana", "nano-banana-pro"]
    for entry in listed:
        model, (price,) = entry["model"], entry["prices"]
        assert set(model["options"]) == {
            *("supports_size", "supports_aspect_ratio", "supports_resolution"),
            *("size_options", "aspect_ratio_options", "resolution_options"),
        }
        assert isinstance(model["id"], int)
        assert model["name"]
        assert int(price["unit_price"]) >= 0
        assert price["model_id"] == model["id"]
    seedream, nano, pro = (by_key[key] for key in ("seedream-v4", "nano-banana", "nano-banana-pro"))
    flags = ("supports_size", "supports_aspect_ratio", "supports_resolution")
    assert [[entry["model"]["options"][flag] for flag in flags] for entry in (seedream, nano, pro)] == [
        [True, False, False],
        [False, True, False],
        [False, True, True],
    ]
    assert pro["model"]["options"]["resolution_options"] == ["1k", "2k", "4k"]
    assert "2048*2048" in seedream["model"]["options"]["size_options"]
    assert [entry["prices"][0]["unit_price"] for entry in (seedream, nano, pro)] == [1, 1, 1]
    assert {entry["model"]["provider"] for entry in (seedream,)} == {"wavespeed"}


def test_every_model_has_a_number_and_keeps_it() -> None:
    assert set(MODEL_NUMBERS) == {model.id for model in load_catalogue().models()}
    assert len(set(MODEL_NUMBERS.values())) == len(MODEL_NUMBERS)
    assert [MODEL_NUMBERS[key] for key in ("seedream-v4", "nano-banana", "nano-banana-pro")] == [1, 2, 3]
    assert [model_named(named) for named in (1, "1", "nano-banana", 999, "9" * 5_000)][:4] == [
        *("seedream-v4", "seedream-v4", "nano-banana", "999")
    ]


@pytest.mark.requirement("S001-20", "S001-67")
def test_sizes_are_a_bare_list_that_seedream_takes(bot: Client) -> None:
    sizes = bot.call("GET", "/api/v1/sizes", user=None).json

    assert {"1024*1024", "1408*1408", "1920*1080", "2048*2048"} <= set(sizes)
    for size in sizes:
        assert all(1024 <= int(side) <= 4096 for side in size.split("*"))


@pytest.mark.requirement("S001-9")
def test_health_is_what_the_bot_reads(bot: Client) -> None:
    health = bot.call("GET", "/api/v1/health", user=None).json

    assert set(health) == {"status", "uptime_seconds", "request_id"}
    assert health["status"] == "ok"


@pytest.mark.parametrize("path", ["/api/v1/models", "/api/v1/sizes", "/api/v1/health"])
def test_everybody_else_gets_the_canonical_answer_and_caches_are_told(bot: Client, path: str) -> None:
    answer = bot.world.call("GET", path)

    assert isinstance(answer.json, dict)
    assert "X-Internal-Api-Key" in (answer.header("Vary") or "") or answer.header("Cache-Control") == "no-store"


def test_a_closed_bot_door_gives_its_clients_the_canonical_answer(bot: Client) -> None:
    bot.world.environment["EASEL_DOORS"] = "canonical"

    answer = bot.world.call("GET", "/api/v1/models", headers={"x-internal-api-key": bot.key})

    assert "models" in answer.json


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("uz", "Topilmadi."),
        ("ru-RU,ru;q=0.9", text_of("not_found", "ru")),
        ("en", "Not found."),
        ("de", "Not found."),
        (None, "Not found."),
    ],
)
def test_a_failure_speaks_the_language_of_the_request(bot: Client, language: str | None, message: str) -> None:
    headers = {"accept-language": language} if language else {}

    answer = bot.call("GET", f"/api/v1/users/{TELEGRAM_ID}/balance", headers=headers)

    assert (answer.status, answer.json["message"]) == (404, message)
    assert answer.json["error"]["message"] == answer.json["detail"]["message"] == message
