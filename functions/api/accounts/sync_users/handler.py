"""POST /api/v1/users/sync: the users of a bot, at the canonical door and at the bot's."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.doors.bot import people
from easel.doors.bot.accounts import answers as bot
from easel.doors.bot.accounts import requests
from easel.doors.bot.accounts import words as bot_words
from easel.doors.bot.door import BOT
from easel.doors.canonical.accounts import telegram, words
from easel.doors.canonical.door import CANONICAL
from easel.http import answers, callers, gateway, shared_addresses
from easel.wiring.accounts import sync_users as wiring
from easel.wiring.env import Accounts, OpenDoors
from easel.wiring.open_doors import open_doors


class Env(Accounts, OpenDoors):
    """Environment of this function."""


app, bot_app = gateway.resolver(CANONICAL), gateway.resolver(BOT)


@app.post("/api/v1/users/sync", **words.SYNC_USER)
def sync_user(
    bot: callers.UsersSync, body: Annotated[telegram.SyncUserRequest, Body()]
) -> Response[telegram.SyncedUserBody]:
    synced = wiring.sync_users(settings.load(Env)).sync(
        bot, telegram.telegram_profile(body), unknown=telegram.not_said(body)
    )
    return answers.as_json(telegram.synced_user_body(synced, body.telegram_id))


@bot_app.post("/api/v1/users/sync", **bot_words.SYNC_USER)
def sync_bot_user(
    caller: callers.BotOrNewUser,
    body: Annotated[requests.BotSyncRequest, Body()],
    user: people.TelegramUser = None,
) -> Response[bot.BotUserBody]:
    profile = requests.telegram_profile(body, people.id_in_body(body.telegram_id, user))
    synced = wiring.sync_users(settings.load(Env)).sync(caller, profile, unknown=requests.not_said(body))
    return answers.as_json(bot.user_body(synced, profile.telegram_id))


lambda_handler = shared_addresses.entry(app, bot_app, opened=open_doors(Env))
