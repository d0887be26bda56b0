"""POST /api/v1/generations/price: what a Telegram user's request would cost."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.domain.access import GENERATIONS_READ
from easel.doors.bot import people
from easel.doors.bot.door import BOT
from easel.doors.bot.generations import answers as generations
from easel.doors.bot.generations import requests, words
from easel.http import answers, callers, gateway
from easel.wiring.accounts.impersonate import telegram_person
from easel.wiring.money import quotes as wiring


class Env(wiring.QuoteEnv):
    """Environment of this function."""


app = gateway.resolver(BOT)


@app.post("/api/v1/generations/price", **words.PRICE)
def price_generation(
    caller: callers.BotOrUser,
    body: Annotated[requests.BotPriceRequest, Body()],
    user: people.TelegramUser = None,
) -> Response[generations.BotPriceOfRequestBody]:
    env, number = settings.load(Env), people.id_in_body(body.telegram_id, user)
    request = requests.price_request(body)
    person = telegram_person(env)(caller, number, GENERATIONS_READ)
    return answers.as_json(generations.price_body(wiring.quote_numbers(env)(person, request)))


lambda_handler = gateway.entry(app)
