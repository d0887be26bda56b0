"""POST /api/v1/users/sync, GET /api/v1/users/{telegram_id}/balance and .../trial: the users of a bot."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.doors.canonical.accounts import telegram, words
from easel.doors.canonical.door import CANONICAL
from easel.http import answers, callers, gateway
from easel.wiring.accounts import sync_users as wiring
from easel.wiring.env import Accounts as Env

app = gateway.resolver(CANONICAL)


@app.post("/api/v1/users/sync", **words.SYNC_USER)
def sync_user(
    bot: callers.UsersSync, body: Annotated[telegram.SyncUserRequest, Body()]
) -> Response[telegram.SyncedUserBody]:
    synced = wiring.telegram_users(settings.load(Env)).sync(bot, telegram.telegram_profile(body))
    return answers.as_json(telegram.synced_user_body(synced, body.telegram_id))


@app.get("/api/v1/users/<telegram_id>/balance", **words.READ_USER_BALANCE)
def read_balance(
    bot: callers.ActAsTelegram, telegram_id: telegram.TelegramId
) -> Response[telegram.TelegramBalanceBody]:
    number = telegram.telegram_id(telegram_id)
    return answers.as_json(telegram.balance_body(number, wiring.telegram_users(settings.load(Env)).wallet(bot, number)))


@app.get("/api/v1/users/<telegram_id>/trial", **words.READ_USER_TRIAL)
def read_trial(bot: callers.ActAsTelegram, telegram_id: telegram.TelegramId) -> Response[telegram.TelegramTrialBody]:
    number = telegram.telegram_id(telegram_id)
    return answers.as_json(telegram.trial_body(number, wiring.telegram_users(settings.load(Env)).trial(bot, number)))


lambda_handler = gateway.entry(app)
