"""A bot tops up its users for payments that it took, takes them back, and sees what all of them spent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from tests.functions.api.bot_client import BotClient
from tests.support.mini_app import BOT_TOKEN, TELEGRAM_ID, init_data

from easel.domain.credits import Hold
from easel.domain.identities import TelegramIdentity
from easel.identity.telegram import derived_key
from easel.ids import new_id
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.money.ledger import DynamoLedger

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functions.api.harness import Answer
    from tests.functions.api.world import World

GRANTS = f"/api/v1/users/{TELEGRAM_ID}/grants"
CONFIRM = "/api/v1/payments/stars/confirm"
PAYMENT = {
    "telegram_id": TELEGRAM_ID,
    "stars_amount": 250,
    "currency": "XTR",
    "telegram_charge_id": "stxAbC_d-12#3/4",
    "provider_charge_id": "",
    "invoice_payload": "order:1",
}


class Till(BotClient):
    """The bot's client about money."""

    workspace_id = ""

    def grant(self, **body: Any) -> Answer:
        return self.call("POST", GRANTS, body={"charge_id": "c-1", "credits": 20, **body})

    def confirm(self, **changes: Any) -> Answer:
        return self.call("POST", CONFIRM, user=None, body={**PAYMENT, **changes})

    def refund(self, charge: str = "c-1", **options: Any) -> Answer:
        return self.call("POST", f"/api/v1/payments/stars/refund/{charge}", **{"user": None, **options})

    def balance(self) -> Any:
        return self.call("GET", f"/api/v1/users/{TELEGRAM_ID}/balance").json["balance"]


@pytest.fixture(params=["a derived key", "an API key"])
def till(world: World, request: pytest.FixtureRequest) -> Till:
    made = world.tenant("Bot", key="bot")
    world.set_bot(made["workspaceId"])
    client = Till(world, derived_key(BOT_TOKEN) if request.param == "a derived key" else made["apiKey"])
    assert client.sync().status == 200
    client.workspace_id = made["workspaceId"]
    return client


def begin(till: Till, milli_credits: int) -> Callable[[int], None]:
    """Hold credits as a generation of the person would; the result ends it with a charge."""
    client = till.world.emulator.client("dynamodb")
    ledger = DynamoLedger(client, till.world.environment["LEDGER_TABLE_NAME"])
    workspace = TelegramIdentity(till.workspace_id, TELEGRAM_ID).workspace_id
    now = datetime.now(UTC)
    hold = Hold(new_id(), workspace, new_id(), milli_credits, now)
    DynamoTransactions(client).commit(*ledger.holding(hold))

    def end(charged: int) -> None:
        wallet = ledger.wallet(workspace)
        assert wallet is not None
        DynamoTransactions(client).commit(*ledger.resolving(hold, wallet, charged, now))

    return end


def spend(till: Till, milli_credits: int) -> None:
    """As a generation of the person would."""
    begin(till, milli_credits)(milli_credits)


@pytest.mark.requirement("S001-32", "S001-33")
def test_a_payment_is_counted_once_however_often_it_is_reported(till: Till) -> None:
    first, again = till.grant(), till.grant()

    assert (first.status, first.json) == (
        201,
        {"telegram_id": TELEGRAM_ID, "charge_id": "c-1", "credits_added": 20, "balance": 25, "replayed": False},
    )
    assert (again.status, again.json["replayed"], again.json["credits_added"]) == (200, True, 20)
    assert till.balance() == 25


def test_a_payment_counted_for_another_user_or_amount_is_refused(till: Till) -> None:
    till.grant()
    till.sync(telegram_id=42)

    other_amount = till.grant(credits=21)
    other_user = till.call("POST", "/api/v1/users/42/grants", user=42, body={"charge_id": "c-1", "credits": 20})

    assert (other_amount.status, other_amount.json["error"]["code"]) == (422, "grant_id_reused")
    assert (other_user.status, other_user.json["error"]["code"]) == (422, "grant_id_reused")
    assert [fault["field"] for fault in other_amount.json["detail"]["fields"]] == ["credits"]
    assert [fault["field"] for fault in other_user.json["detail"]["fields"]] == ["telegram_id"]
    assert till.balance() == 25


@pytest.mark.parametrize("credits", [0, -1, 0.0001, 10**10, 1e300, None, "20"])
def test_an_amount_that_cannot_be_is_400_and_brings_nothing(till: Till, credits: object) -> None:
    answer = till.grant(credits=credits)

    assert (answer.status, answer.json["detail"]["fields"][0]["field"]) == (400, "credits")
    assert till.balance() == 5


def test_stars_buy_what_the_options_say(till: Till) -> None:
    options = till.call("GET", "/api/v1/payments/stars/options", user=None).json

    answer = till.confirm()

    assert options == {
        "enabled": True,
        "min_stars": 10,
        "preset_stars": [10, 50, 100, 250],
        "exchange_numerator": 1,
        "exchange_denominator": 10,
        "currency": "XTR",
    }
    bought = 250 * options["exchange_numerator"] / options["exchange_denominator"]
    assert (answer.status, answer.json["credits_added"], answer.json["balance"]) == (200, bought, 5 + bought)
    assert till.confirm().json["balance"] == 5 + bought
    (fault,) = till.confirm(stars_amount=100).json["detail"]["fields"]
    assert (fault["field"], fault["message"]) == ("stars_amount", "The payment was counted with another amount.")
    assert till.balance() == 5 + bought


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"stars_amount": 9}, "stars_amount"),
        ({"stars_amount": 10**8}, "stars_amount"),
        ({"currency": "USD"}, "currency"),
        ({"telegram_charge_id": ""}, "telegram_charge_id"),
        ({"telegram_charge_id": None}, "telegram_charge_id"),
        ({"telegram_id": 0}, "telegram_id"),
    ],
)
def test_a_payment_in_stars_that_cannot_be_is_400(till: Till, changes: dict[str, Any], field: str) -> None:
    answer = till.confirm(**changes)

    assert (answer.status, answer.json["detail"]["fields"][0]["field"]) == (400, field)
    assert till.balance() == 5


def test_where_stars_buy_nothing_they_are_not_taken(till: Till) -> None:
    till.world.environment["STARS_RATE"] = "0/1"

    assert till.call("GET", "/api/v1/payments/stars/options", user=None).json["enabled"] is False
    assert till.confirm().status == 400


def test_a_refund_returns_what_was_not_spent_and_reports_the_rest(till: Till) -> None:
    till.grant()
    spend(till, 8_000)  # The trial's five credits are spent first.

    first, again = till.refund(), till.refund()

    assert first.json == {
        "telegram_id": TELEGRAM_ID,
        "charge_id": "c-1",
        "credits_refunded": 17,
        "credits_spent": 3,
        "balance": 0,
        "replayed": False,
    }
    assert again.json == {**first.json, "replayed": True}
    assert till.balance() == 0


@pytest.mark.parametrize(("charged", "refunded"), [(0, 20), (14_000, 11)])
def test_a_payment_of_a_running_generation_is_refunded_when_that_has_ended(
    till: Till, charged: int, refunded: int
) -> None:
    till.grant()
    end = begin(till, 14_000)

    early = till.refund()
    end(charged)
    late = till.refund()

    assert early.status == 409
    assert (late.json["credits_refunded"], late.json["credits_spent"]) == (refunded, 20 - refunded)
    # The trial's five credits are spent first.
    assert till.balance() == (5 if charged == 0 else 0)


def test_a_payment_that_was_spent_returns_nothing(till: Till) -> None:
    till.grant()
    spend(till, 25_000)

    assert (till.refund().json["credits_refunded"], till.refund().json["credits_spent"]) == (0, 20)


def test_a_payment_with_a_slash_in_its_id_is_named_in_the_body(till: Till) -> None:
    till.confirm()
    body = {"telegram_charge_id": PAYMENT["telegram_charge_id"]}

    def refund(user: int | None = None, **more: Any) -> Answer:
        return till.call("POST", "/api/v1/payments/stars/refund", user=user, body={**body, **more})

    assert "/" in str(body["telegram_charge_id"])
    assert (refund(telegram_id=42).status, refund(user=42).status) == (404, 404)
    assert refund(user=42, telegram_id=TELEGRAM_ID).status == 403
    assert refund(telegram_charge_id="").status == 400
    first, again = refund(telegram_id=TELEGRAM_ID), refund()
    assert (first.json["credits_refunded"], first.json["balance"], first.json["replayed"]) == (25, 5, False)
    assert again.json == {**first.json, "replayed": True}


def test_a_refund_after_a_refund_does_not_make_the_payment_count_again(till: Till) -> None:
    till.grant()
    till.refund()

    assert till.grant().json["replayed"] is True
    assert till.balance() == 5


@pytest.mark.parametrize("options", [{}, {"user": 42}])
def test_a_payment_that_is_not_there_or_another_users_is_404(till: Till, options: dict[str, Any]) -> None:
    if options:
        till.grant()

    assert till.refund(**options).status == 404


@pytest.mark.requirement("X-1")
def test_only_a_bot_with_the_scope_brings_credits(till: Till) -> None:
    weak = till.world.key_with(till.workspace_id, "users:sync", "act_as:telegram")
    body = {"charge_id": "c-1", "credits": 20}

    assert till.world.call("POST", GRANTS, token=weak, body=body).status == 403
    signed = {"x-telegram-init-data": init_data()}
    assert till.world.call("POST", GRANTS, headers=signed, body=body).status == 403
    acting = {"x-act-as": f"telegram:{TELEGRAM_ID}", "x-internal-api-key": till.key}
    assert till.world.call("POST", GRANTS, headers=acting, body=body).status == 403
    assert till.balance() == 5


@pytest.mark.requirement("X-1")
def test_another_bots_user_gets_nothing(till: Till) -> None:
    other = till.world.tenant("Other bot", key="bot")["apiKey"]

    assert till.world.call("POST", GRANTS, token=other, body={"charge_id": "c-1", "credits": 20}).status == 404


def test_what_all_users_spent_is_one_report(till: Till) -> None:
    for telegram_id in (42, 43):
        till.sync(telegram_id=telegram_id)
    till.grant()
    spend(till, 8_000)

    report = till.call("GET", "/api/v1/users/spend", user=None).json
    pages = [till.call("GET", "/api/v1/users/spend", user=None, query="limit=2").json]
    cursor = pages[0]["next_cursor"]
    pages.append(till.call("GET", "/api/v1/users/spend", user=None, query=f"limit=2&cursor={cursor}").json)

    by_id = {user["telegram_id"]: user for user in report["users"]}
    assert set(by_id) == {42, 43, TELEGRAM_ID}
    assert (by_id[TELEGRAM_ID]["granted"], by_id[TELEGRAM_ID]["spent"], by_id[TELEGRAM_ID]["balance"]) == (25, 8, 17)
    # A trial is given once per person: the others are people of their own here.
    assert (by_id[42]["spent"], by_id[42]["balance"]) == (0, 5)
    assert report["totals"] == report["page_totals"] == {"users": 3, "granted": 35, "spent": 8, "balance": 27}
    assert [page["totals"] for page in pages] == [None, None]
    for name, total in report["totals"].items():
        assert sum(page["page_totals"][name] for page in pages) == total
    assert [user["telegram_id"] for page in pages for user in page["users"]] == [*by_id]
    assert (pages[1]["next_cursor"], len(pages[1]["users"])) == (None, 1)
