"""People whom a bot brings: known once, with a wallet and one trial; and those who come by a Mini App."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import jwt
import pytest
from tests.support.mini_app import TELEGRAM_ID, init_data

from easel.clock import from_iso
from easel.domain.credits import MILLI, Grant, GrantKind, Hold
from easel.domain.identities import TelegramIdentity
from easel.ids import new_id
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.money.ledger import DynamoLedger

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functions.api.harness import Answer
    from tests.functions.api.world import World

ADA = {"telegram_id": TELEGRAM_ID, "username": "ada", "first_name": "Ada", "last_name": "L", "language_code": "en"}
SYNC = "/api/v1/users/sync"
SIGN_IN = "/api/v1/auth/telegram"


class Bot:
    """A bot's workspace and key."""

    def __init__(self, world: World, name: str = "Bot") -> None:
        self.world = world
        made = world.tenant(name, key="bot")
        self.key, self.workspace_id = made["apiKey"], made["workspaceId"]

    def sync(self, **body: Any) -> Answer:
        return self.world.call("POST", SYNC, token=self.key, body=body or ADA)

    def balance(self, telegram_id: object = TELEGRAM_ID) -> Answer:
        return self.world.call("GET", f"/api/v1/users/{telegram_id}/balance", token=self.key)

    def trial(self, telegram_id: object = TELEGRAM_ID) -> Answer:
        return self.world.call("GET", f"/api/v1/users/{telegram_id}/trial", token=self.key)

    def spend(self, milli_credits: int) -> None:
        """As a generation of the person would."""
        client = self.world.emulator.client("dynamodb")
        ledger, workspace = DynamoLedger(client, self.world.environment["LEDGER_TABLE_NAME"]), self.person.workspace_id
        now = datetime.now(UTC)
        hold = Hold(new_id(), workspace, new_id(), milli_credits, now)
        DynamoTransactions(client).commit(*ledger.holding(hold))
        wallet = ledger.wallet(workspace)
        assert wallet is not None
        DynamoTransactions(client).commit(*ledger.resolving(hold, wallet, milli_credits, now))

    @property
    def person(self) -> TelegramIdentity:
        return TelegramIdentity(self.workspace_id, TELEGRAM_ID)


@pytest.fixture
def bot(world: World) -> Bot:
    return Bot(world)


@pytest.mark.requirement("S001-11", "S001-27", "S001-28", "X-24")
def test_a_new_person_gets_a_wallet_with_a_trial(bot: Bot) -> None:
    answer = bot.sync()

    assert answer.status == 200
    said = answer.json
    assert said["created"] is True
    created_at = from_iso(said["user"].pop("created_at"))
    assert datetime.now(UTC) - created_at < timedelta(minutes=1)
    assert said["user"] == {**ADA, "id": bot.person.user_id, "updated_at": None}
    assert said["balance"] == {
        "telegram_id": TELEGRAM_ID,
        "balance": 5.0,
        "balance_milli_credits": 5_000,
        "held": 0.0,
        "held_milli_credits": 0,
    }
    trial = said["trial"]
    assert (trial["status"], trial["available"], trial["used"]) == ("available", True, False)
    assert (trial["amount"], trial["remaining"]) == (5.0, 5.0)
    assert from_iso(trial["expires_at"]) - from_iso(trial["granted_at"]) == timedelta(days=30)


@pytest.mark.requirement("S001-11")
def test_telling_us_again_changes_nothing_but_the_profile(bot: Bot) -> None:
    first = bot.sync().json

    again = bot.sync().json
    renamed = bot.sync(telegram_id=TELEGRAM_ID, firstName="Augusta").json

    assert (again["created"], renamed["created"]) == (False, False)
    for said in (again, renamed):
        assert said["user"]["id"] == first["user"]["id"]
        assert said["user"]["created_at"] == first["user"]["created_at"]
        assert said["user"]["updated_at"] is not None
        assert (said["balance"], said["trial"]) == (first["balance"], first["trial"])
    assert (renamed["user"]["first_name"], renamed["user"]["username"]) == ("Augusta", "ada")
    assert len([item for item in bot.world.stored() if item["entity"] == "USER"]) == 2


@pytest.mark.requirement("S001-12")
def test_the_balance_is_the_ledgers(bot: Bot) -> None:
    bot.sync()
    assert bot.balance().json["balance"] == 5.0

    bot.spend(1_500)

    assert bot.balance().json == {
        "telegram_id": TELEGRAM_ID,
        "balance": 3.5,
        "balance_milli_credits": 3_500,
        "held": 0.0,
        "held_milli_credits": 0,
    }


@pytest.mark.requirement("S001-13", "S001-40", "X-24")
def test_the_trial_says_what_has_become_of_it(bot: Bot) -> None:
    bot.sync()
    assert (bot.trial().json["status"], bot.trial().json["remaining"]) == ("available", 5.0)
    bot.spend(1_000)
    assert (bot.trial().json["status"], bot.trial().json["remaining"]) == ("available", 4.0)

    bot.spend(4_000)

    trial = bot.trial().json
    assert (trial["status"], trial["available"], trial["used"]) == ("used", False, True)
    assert (trial["amount"], trial["remaining"]) == (5.0, 0.0)
    assert trial["granted_at"] is not None


@pytest.mark.requirement("X-24")
def test_a_trial_is_given_once_per_person_whichever_bot_brings_them(world: World) -> None:
    first, second = Bot(world, "First bot"), Bot(world, "Second bot")
    assert first.sync().json["balance"]["balance"] == 5.0

    said = second.sync().json

    assert said["created"] is True
    assert said["user"]["id"] == second.person.user_id != first.person.user_id
    assert said["balance"]["balance"] == 0.0
    assert (said["trial"]["status"], said["trial"]["amount"]) == ("used", None)
    assert second.trial().json == said["trial"]
    assert first.balance().json["balance"] == 5.0


def test_where_trials_are_not_given_there_is_none(world: World) -> None:
    world.environment["TRIAL_CREDITS"] = "0"
    bot = Bot(world)

    said = bot.sync().json

    assert said["balance"]["balance"] == 0.0
    assert (said["trial"]["status"], said["trial"]["available"], said["trial"]["used"]) == ("none", False, False)


def test_an_expired_trial_is_told_as_such(world: World) -> None:
    bot = Bot(world)
    world.environment["TRIAL_DAYS"] = "0"

    assert bot.sync().json["trial"]["status"] == "expired"


@pytest.mark.requirement("X-1", "S001-12", "S001-13")
@pytest.mark.parametrize("stranger", [TELEGRAM_ID, 1, f"0{TELEGRAM_ID}", -5, "ada", "1e3", 2**52, "9" * 40, "%20"])
@pytest.mark.parametrize(
    "ask",
    [Bot.balance, Bot.trial],
    ids=["balance", "trial"],
)
def test_a_bot_sees_only_whom_it_brought(world: World, stranger: int | str, ask: Callable[[Bot, Any], Answer]) -> None:
    ours, theirs = Bot(world, "Ours"), Bot(world, "Theirs")
    theirs.sync()

    answer = ask(ours, stranger)

    assert (answer.status, answer.json["error"]["code"]) == (404, "not_found")


@pytest.mark.requirement("X-1", "S000-60")
@pytest.mark.parametrize("who", ["a member's key", "a person"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", SYNC),
        ("GET", f"/api/v1/users/{TELEGRAM_ID}/balance"),
        ("GET", f"/api/v1/users/{TELEGRAM_ID}/trial"),
    ],
)
def test_only_bots_may_ask(world: World, who: str, method: str, path: str) -> None:
    Bot(world).sync()
    token = world.tenant()["apiKey"] if who == "a member's key" else world.person("ada")

    answer = world.call(method, path, token=token, body=ADA if method == "POST" else None)

    assert answer.status == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"username": "ada"}, "telegramId"),
        ({"telegram_id": 0}, "telegram_id"),
        ({"telegram_id": -1}, "telegram_id"),
        ({"telegramId": 2**52}, "telegramId"),
        ({"telegram_id": "279058397"}, "telegram_id"),
        ({"telegram_id": 1.5}, "telegram_id"),
        ({"telegram_id": True}, "telegram_id"),
        ({"telegram_id": 1, "username": 7}, "username"),
        ({"telegram_id": 1, "first_name": "x" * 257}, "first_name"),
    ],
)
def test_a_bad_description_is_told_by_field(bot: Bot, body: dict[str, Any], field: str) -> None:
    answer = bot.sync(**body)

    assert answer.status == 400
    assert [fault["field"] for fault in answer.json["error"]["details"]] == [field]


def test_the_largest_id_that_telegram_gives_is_taken(bot: Bot) -> None:
    assert bot.sync(telegram_id=2**52 - 1, is_bot=False, is_premium=True, photo_url="https://t.me/x").status == 200
    assert bot.balance(2**52 - 1).status == 200


@pytest.mark.requirement("X-1", "X-24")
def test_a_person_spends_their_own_credits_through_the_bot(bot: Bot) -> None:
    bot.sync()
    wish = {"prompt": "a fox", "model": "seedream-v4"}

    answer = bot.world.call(
        "POST", "/api/v1/generations", token=bot.key, headers={"x-act-as": f"telegram:{TELEGRAM_ID}"}, body=wish
    )

    assert answer.status == 202
    assert (bot.balance().json["balance"], bot.balance().json["held"]) == (4.0, 1.0)


def test_credits_that_an_operator_gives_count_beside_the_trial(bot: Bot) -> None:
    bot.sync()
    client = bot.world.emulator.client("dynamodb")
    ledger = DynamoLedger(client, bot.world.environment["LEDGER_TABLE_NAME"])
    grant = Grant(new_id(), GrantKind.PURCHASE, 10 * MILLI, 50)
    DynamoTransactions(client).commit(*ledger.granting(bot.person.workspace_id, grant, datetime.now(UTC)))

    assert bot.balance().json["balance"] == 15.0
    assert bot.trial().json["remaining"] == 5.0


# --- Mini App ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def mini_app(bot: Bot) -> Bot:
    """A bot whose Mini Apps sign in here."""
    bot.world.set_bot(bot.workspace_id)
    return bot


def sign_in(bot: Bot, text: object) -> Answer:
    return bot.world.call("POST", SIGN_IN, body={"initData": text})


@pytest.mark.requirement("X-1")
def test_a_mini_app_gets_a_token_that_works(mini_app: Bot) -> None:
    answer = sign_in(mini_app, init_data())

    assert answer.status == 200
    said = answer.json
    assert (said["tokenType"], said["created"]) == ("Bearer", True)
    assert 3_590 <= said["expiresIn"] <= 3_600
    assert said["user"]["id"] == mini_app.person.user_id
    assert said["user"]["firstName"] == "Ada"
    me = mini_app.world.call("GET", "/api/v1/me", token=said["accessToken"]).json
    assert (me["workspaceId"], me["channel"], me["keyId"]) == (mini_app.person.workspace_id, "telegram", None)
    assert me["user"]["telegramId"] == TELEGRAM_ID
    assert [entry["personal"] for entry in me["workspaces"]] == [True]
    assert "principal" in mini_app.world.authorize({"authorization": f"Bearer {said['accessToken']}"})
    assert mini_app.world.calls == []


def test_a_mini_app_and_the_bot_mean_the_same_person(mini_app: Bot) -> None:
    brought = mini_app.sync().json

    said = sign_in(mini_app, init_data()).json

    assert (said["created"], said["user"]["id"]) == (False, brought["user"]["id"])
    assert mini_app.balance().json["balance"] == 5.0


@pytest.mark.requirement("X-1")
@pytest.mark.parametrize(
    "respell", [str, lambda text: urlencode(list(reversed(parse_qsl(text))))], ids=["same", "reordered"]
)
def test_a_sign_in_that_is_sent_again_gets_the_same_session(mini_app: Bot, respell: Any) -> None:
    text = init_data()
    first = sign_in(mini_app, text)

    again = sign_in(mini_app, respell(text))

    assert (first.status, again.status) == (200, 200)
    assert again.json["accessToken"] == first.json["accessToken"]
    assert again.json["expiresIn"] <= first.json["expiresIn"]
    assert again.json["created"] is False


def test_another_sign_in_gets_a_session_of_its_own(mini_app: Bot) -> None:
    sessions = {sign_in(mini_app, init_data(query_id=name)).json["accessToken"] for name in ("one", "another")}

    assert len(sessions) == 2


def test_a_sign_in_is_remembered_for_as_long_as_it_would_count(mini_app: Bot) -> None:
    signed_at = datetime.now(UTC) - timedelta(minutes=30)
    sign_in(mini_app, init_data(signed_at=signed_at))

    (claim,) = [item for item in mini_app.world.stored() if item["entity"] == "INIT_DATA"]

    assert claim["expiresAt"] > int((signed_at + timedelta(hours=1)).timestamp())


@pytest.mark.parametrize(
    "text",
    [
        lambda: init_data(signed_at=datetime.now(UTC) - timedelta(hours=1, seconds=5)),
        lambda: init_data(signed_at=datetime.now(UTC) + timedelta(minutes=5)),
        lambda: init_data(token="1:another"),
        lambda: init_data().replace(str(TELEGRAM_ID), "1"),
        lambda: init_data(user=None),
        lambda: "",
        lambda: "hash=" + "0" * 64,
        lambda: "x" * 5_000,
    ],
    ids=["stale", "from the future", "of another bot", "tampered", "of nobody", "empty", "made up", "long"],
)
def test_any_other_sign_in_is_refused_in_the_same_words(mini_app: Bot, text: Any) -> None:
    answer = sign_in(mini_app, text())

    assert answer.status == 401
    assert answer.json["detail"].startswith("This initData is not valid")
    assert [item for item in mini_app.world.stored() if item["entity"] in {"TELEGRAM_USER", "INIT_DATA"}] == []


@pytest.mark.parametrize("body", [{}, {"initData": None}, {"initData": 7}, {"initData": "x", "botId": 1}])
def test_a_request_without_a_sign_in_is_told_so(mini_app: Bot, body: dict[str, Any]) -> None:
    assert mini_app.world.call("POST", SIGN_IN, body=body).status == 400


def test_where_no_bot_is_set_up_there_is_nothing_to_sign_in_to(bot: Bot) -> None:
    assert sign_in(bot, init_data()).status == 404


@pytest.mark.requirement("S000-60")
def test_a_mini_apps_token_opens_the_persons_own_things_only(mini_app: Bot) -> None:
    token = sign_in(mini_app, init_data()).json["accessToken"]
    world = mini_app.world

    assert world.call("POST", "/api/v1/api-keys", token=token, body={"name": "x"}).status == 403
    assert world.call("POST", "/api/v1/workspaces", token=token, body={"name": "x"}).status == 403
    assert world.call("POST", SYNC, token=token, body=ADA).status == 403
    assert world.call("GET", "/api/v1/debug/users", token=token).status == 403
    assert world.call("GET", f"/api/v1/workspaces/{mini_app.workspace_id}", token=token).status == 404
    elsewhere = {"x-workspace-id": mini_app.workspace_id}
    assert world.call("GET", "/api/v1/me", token=token, headers=elsewhere).status == 404
    assert world.call("GET", "/api/v1/me", token=token, headers={"x-act-as": "telegram:1"}).status == 403


def test_a_mini_apps_token_that_was_changed_is_worthless(mini_app: Bot) -> None:
    token = sign_in(mini_app, init_data()).json["accessToken"]
    claims = jwt.decode(token, options={"verify_signature": False})
    kid = jwt.get_unverified_header(token)["kid"]

    forged = jwt.encode({**claims, "tg": 1}, "not the secret of this deployment" * 2, "HS256", headers={"kid": kid})

    assert mini_app.world.call("GET", "/api/v1/me", token=forged).status == 401
    assert mini_app.world.call("GET", "/api/v1/me", token=token).status == 200


def test_a_replaced_secret_ends_the_tokens_that_it_signed(mini_app: Bot) -> None:
    token = sign_in(mini_app, init_data()).json["accessToken"]

    mini_app.world.replace_secret("SESSION_SECRET_ARN", "another-session-secret-of-this-run-0123456789-abcdefghijklmno")

    assert mini_app.world.call("GET", "/api/v1/me", token=token).status == 401
    fresh = sign_in(mini_app, init_data(query_id="again")).json["accessToken"]
    assert mini_app.world.call("GET", "/api/v1/me", token=fresh).status == 200


def test_no_log_line_has_the_sign_in_or_the_token(mini_app: Bot, log_lines: Any) -> None:
    text = init_data()
    token = sign_in(mini_app, text).json["accessToken"]
    sign_in(mini_app, text)

    written = log_lines.getvalue()

    assert written
    for secret in (text, dict(parse_qsl(text))["hash"], token, "Ada"):
        assert secret not in written
    assert all(json.loads(line) for line in written.splitlines())


def test_a_user_as_telegram_sends_it_is_taken_whatever_it_has_come_to_hold(bot: Bot) -> None:
    described = {
        **ADA,
        "added_to_attachment_menu": True,
        "allows_write_to_pm": True,
        "something_of_next_year": {"a": 1},
    }

    answer = bot.world.call("POST", SYNC, token=bot.key, body=described)

    assert answer.status == 200
    assert answer.json["user"]["username"] == ADA["username"]
