"""GET /api/v1/generations/active and /api/v1/generations/{id}/results: what a Telegram user's generations are up to."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.domain.access import GENERATIONS_READ
from easel.doors.bot import people
from easel.doors.bot.door import BOT
from easel.doors.bot.generations import answers as generations
from easel.doors.bot.generations import requests, words
from easel.http import answers, callers, gateway
from easel.wiring.accounts.impersonate import telegram_person
from easel.wiring.env import CoreTable, PublicAddress
from easel.wiring.generations import read_generations as wiring


class Env(CoreTable, PublicAddress):
    """Environment of this function."""


app = gateway.resolver(BOT)


@app.get("/api/v1/generations/active", **words.READ_ACTIVE)
def read_active(
    caller: callers.BotOrUser, telegram_id: people.TelegramIdInQuery = None, user: people.TelegramUser = None
) -> Response[generations.BotActiveBody]:
    env, number = settings.load(Env), people.id_in_query(telegram_id, user)
    person = telegram_person(env)(caller, number, GENERATIONS_READ)
    return answers.as_json(generations.active_body(wiring.read_active(env)(person)))


@app.get("/api/v1/generations/<generationId>/results", **words.READ_RESULTS)
def read_results(
    caller: callers.BotOrUser,
    generation_id: requests.GenerationId,
    telegram_id: people.TelegramIdInQuery = None,
    user: people.TelegramUser = None,
) -> Response[list[str]]:
    env, number = settings.load(Env), people.id_in_query(telegram_id, user)
    person = telegram_person(env)(caller, number, GENERATIONS_READ)
    generation = wiring.read_generations(env).find(person, requests.generation_named(generation_id))
    return answers.as_json(generations.result_urls(generation, generations.BotContext(env.PUBLIC_BASE_URL, number)))


lambda_handler = gateway.entry(app)
