"""POST /api/v1/users/{telegram_id}/grants and /api/v1/payments/stars/confirm: credits for payments to a bot."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.doors.bot import people
from easel.doors.bot.door import BOT
from easel.doors.bot.money import answers as money
from easel.doors.bot.money import requests, words
from easel.http import answers, callers, gateway
from easel.wiring.env import Accounts, Stars
from easel.wiring.money import top_up_users as wiring


class Env(Accounts, Stars):
    """Environment of this function."""


app = gateway.resolver(BOT)


@app.post("/api/v1/users/<telegram_id>/grants", status_code=201, **words.ADD_CREDITS)
def add_credits(
    bot: callers.UsersGrant,
    telegram_id: people.TelegramId,
    body: Annotated[requests.BotGrantRequest, Body()],
    user: people.TelegramUser = None,
) -> Response[money.BotToppedUpBody]:
    charge = requests.charge_of_grant(body, people.id_in_path(telegram_id, user))
    done = wiring.top_up_users(settings.load(Env)).add(bot, charge, body.note)
    return answers.as_json(money.topped_up_body(done), status=200 if done.replayed else 201)


@app.get("/api/v1/payments/stars/options", **words.STARS_OPTIONS)
def read_options(_bot: callers.BotOrUser) -> Response[money.BotStarsOptionsBody]:
    return answers.as_json(money.options_body(wiring.stars_offer(settings.load(Env))))


@app.post("/api/v1/payments/stars/confirm", **words.CONFIRM_STARS)
def confirm_stars(
    bot: callers.UsersGrant, body: Annotated[requests.BotStarsPayment, Body()], user: people.TelegramUser = None
) -> Response[money.BotToppedUpBody]:
    env, number = settings.load(Env), people.id_in_body(body.telegram_id, user)
    charge = requests.charge_of_stars(body, number, wiring.stars_offer(env))
    return answers.as_json(money.topped_up_body(wiring.top_up_users(env).add(bot, charge, body.invoice_payload)))


lambda_handler = gateway.entry(app)
