"""POST /api/v1/generations/{id}/refresh: reconcile a generation with its provider now."""

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
from easel.observability import request_id
from easel.wiring.accounts.impersonate import telegram_person
from easel.wiring.env import PublicAddress
from easel.wiring.generations import refresh_generation as wiring


class Env(wiring.RefreshEnv, PublicAddress):
    """Environment of this function."""


app = gateway.resolver(BOT)


@app.post("/api/v1/generations/<generationId>/refresh", **words.REFRESH)
def refresh_generation(
    caller: callers.BotOrUser,
    generation_id: requests.GenerationId,
    body: Annotated[requests.BotRefreshRequest, Body()],
    user: people.TelegramUser = None,
) -> Response[generations.BotGenerationBody]:
    env, number = settings.load(Env), people.id_in_body(body.telegram_id, user)
    person = telegram_person(env)(caller, number, GENERATIONS_READ)
    named = requests.generation_named(generation_id)
    generation = wiring.refresh_generation(env)(person, named, request_id=request_id())
    return answers.as_json(generations.generation_body(generation, generations.BotContext(env.PUBLIC_BASE_URL, number)))


lambda_handler = gateway.entry(app)
