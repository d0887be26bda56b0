"""GET /api/v1/generations/{generationId}: one generation, at the canonical door and at the bot's."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.clock import system_clock
from easel.domain.access import GENERATIONS_READ
from easel.doors.bot import people
from easel.doors.bot.door import BOT
from easel.doors.bot.generations import answers as bot
from easel.doors.bot.generations import requests
from easel.doors.bot.generations import words as bot_words
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.generations import answers as generations
from easel.doors.canonical.generations import parameters, words
from easel.http import answers, callers, gateway, parse, shared_addresses
from easel.wiring.accounts.impersonate import telegram_person
from easel.wiring.env import CoreTable, EphemeralTable, LightClients, Links, OpenDoors
from easel.wiring.generations import expect_end
from easel.wiring.generations import read_generations as wiring
from easel.wiring.images import read_images
from easel.wiring.images.keep_telegram_file import telegram_files
from easel.wiring.open_doors import open_doors
from easel.wiring.prepared import prepared


class Env(LightClients, CoreTable, EphemeralTable, Links, OpenDoors):
    """Environment of this function."""


app, bot_app = gateway.resolver(CANONICAL), gateway.resolver(BOT)


@app.get("/api/v1/generations/<generationId>", **words.READ_GENERATION)
def read_generation(
    caller: callers.GenerationsRead, generation_id: parameters.GenerationId
) -> Response[generations.GenerationBody]:
    env, seen = settings.load(Env), app.current_event.headers.get("if-none-match")
    generation = wiring.read_generations(env).get(caller, parse.resource_id(generation_id, "generation"))
    context = read_images.answer_context(env, caller)
    expect = expect_end.expect_end(env)
    return generations.status_answer(generation, context, expect, now=system_clock(), if_none_match=seen)


@bot_app.get("/api/v1/generations/<generationId>", **bot_words.READ)
def read_bot_generation(
    caller: callers.BotOrUser,
    generation_id: requests.GenerationId,
    telegram_id: people.TelegramIdInQuery = None,
    user: people.TelegramUser = None,
) -> Response[bot.BotGenerationBody]:
    env, number = settings.load(Env), people.id_in_query(telegram_id, user)
    person = telegram_person(env)(caller, number, GENERATIONS_READ)
    generation = wiring.read_generations(env).find(person, requests.generation_named(generation_id))
    files = telegram_files(env).of_generation(person.workspace_id, generation.id)
    return answers.as_json(bot.generation_body(generation, bot.BotContext(env.PUBLIC_BASE_URL, number, files)))


makes = prepared(Env, wiring.read_generations, read_images.links, expect_end.expect_end)
lambda_handler = shared_addresses.entry(app, bot_app, opened=open_doors(Env), prepare=makes)
