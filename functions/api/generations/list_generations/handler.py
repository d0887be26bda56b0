"""GET /api/v1/generations: list generations, at the canonical door and at the bot's."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.domain.access import GENERATIONS_READ
from easel.doors.bot import people
from easel.doors.bot.door import BOT
from easel.doors.bot.generations import answers as bot
from easel.doors.bot.generations import requests
from easel.doors.bot.generations import words as bot_words
from easel.doors.canonical import paging
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.generations import answers as generations
from easel.doors.canonical.generations import parameters, words
from easel.http import answers, callers, gateway, shared_addresses
from easel.wiring import cursors
from easel.wiring.accounts.impersonate import telegram_person
from easel.wiring.generations import read_generations as wiring
from easel.wiring.images import read_images
from easel.wiring.open_doors import open_doors
from easel.wiring.prepared import prepared

Env = wiring.ListEnv
app, bot_app = gateway.resolver(CANONICAL), gateway.resolver(BOT)


@app.get("/api/v1/generations", **words.LIST_GENERATIONS)
def list_generations(
    caller: callers.GenerationsRead,
    limit: paging.Limit = None,
    page: paging.PageNumber = None,
    cursor: paging.CursorText = None,
    status: parameters.StatusFilter = None,
) -> Response[generations.GenerationPage]:
    env, wanted = settings.load(Env), parameters.status_filter(status)
    pages = paging.NUMBERED.of(cursors.cursor_signer(env), caller.workspace_id, f"generations:{wanted or 'all'}")
    asked, reading = pages.request(limit=limit, page=page, cursor=cursor), wiring.read_generations(env)
    found = reading.list(caller, limit=asked.limit, after=asked.after, skip=asked.skip, status=wanted)
    context = read_images.answer_context(env, caller)
    return answers.as_json(generations.generation_page(found, asked, pages, context, status=wanted))


@bot_app.get("/api/v1/generations", **bot_words.LIST)
def list_bot_generations(
    caller: callers.BotOrUser,
    telegram_id: people.TelegramIdInQuery = None,
    limit: requests.Limit = None,
    offset: requests.Offset = None,
    user: people.TelegramUser = None,
) -> Response[bot.BotHistoryBody]:
    env, asked, number = settings.load(Env), requests.history_page(limit, offset), people.id_in_query(telegram_id, user)
    person = telegram_person(env)(caller, number, GENERATIONS_READ)
    found = wiring.read_generations(env).list(person, limit=asked.limit, skip=asked.skip)
    return answers.as_json(bot.history_body(found, bot.BotContext(env.PUBLIC_BASE_URL, number), asked))


makes = prepared(Env, wiring.read_generations, read_images.links)
lambda_handler = shared_addresses.entry(app, bot_app, opened=open_doors(Env), prepare=makes)
