"""PUT /api/v1/generations/{id}/results/{n}/telegram-file: under which file id a bot has sent a result."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.domain.access import GENERATIONS_WRITE
from easel.doors.bot import people
from easel.doors.bot.door import BOT
from easel.doors.bot.generations import answers as generations
from easel.doors.bot.generations import requests, words
from easel.http import answers, callers, gateway
from easel.wiring.accounts.impersonate import telegram_person
from easel.wiring.env import CoreTable, PublicAddress
from easel.wiring.generations.read_generations import read_generations
from easel.wiring.images import keep_telegram_file as wiring


class Env(CoreTable, PublicAddress):
    """Environment of this function."""


app = gateway.resolver(BOT)


@app.put("/api/v1/generations/<generationId>/results/<resultNumber>/telegram-file", **words.KEEP_FILE)
def keep_telegram_file(
    caller: callers.BotOrUser,
    generation_id: requests.GenerationId,
    result_number: requests.ResultNumber,
    body: Annotated[requests.BotFileRequest, Body()],
    telegram_id: people.TelegramIdInQuery = None,
    user: people.TelegramUser = None,
) -> Response[generations.BotGenerationBody]:
    env, number = settings.load(Env), people.id_in_query(telegram_id, user)
    person = telegram_person(env)(caller, number, GENERATIONS_WRITE)
    generation = read_generations(env).find(person, requests.generation_named(generation_id))
    wiring.keep_telegram_file(env)(generation, requests.result_number(result_number), body.file_id)
    files = wiring.telegram_files(env).of_generation(generation.workspace_id, generation.id)
    context = generations.BotContext(env.PUBLIC_BASE_URL, number, files)
    return answers.as_json(generations.generation_body(generation, context))


lambda_handler = gateway.entry(app)
