"""POST /api/v1/payments/stars/refund: take back the credits of a payment that a bot refunds."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.doors.bot import people
from easel.doors.bot.door import BOT
from easel.doors.bot.money import answers as money
from easel.doors.bot.money import requests, words
from easel.http import answers, callers, gateway
from easel.wiring.env import Accounts as Env
from easel.wiring.money import top_up_users as wiring

app = gateway.resolver(BOT)


@app.post("/api/v1/payments/stars/refund/<chargeId>", **words.REFUND)
def refund_stars(
    bot: callers.UsersGrant, charge_id: requests.ChargeId, user: people.TelegramUser = None
) -> Response[money.BotRefundBody]:
    number = people.id_if_any(None, user)
    done = wiring.top_up_users(settings.load(Env)).refund(bot, requests.charge_named(charge_id), number)
    return answers.as_json(money.refund_body(done))


@app.post("/api/v1/payments/stars/refund", **words.REFUND_NAMED)
def refund_named(
    bot: callers.UsersGrant, body: Annotated[requests.BotRefundRequest, Body()], user: people.TelegramUser = None
) -> Response[money.BotRefundBody]:
    number = people.id_if_any(body.telegram_id, user)
    done = wiring.top_up_users(settings.load(Env)).refund(bot, body.telegram_charge_id, number)
    return answers.as_json(money.refund_body(done))


lambda_handler = gateway.entry(app)
