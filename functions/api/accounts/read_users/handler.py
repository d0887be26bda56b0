"""GET /api/v1/users/{telegram_id}/balance, .../trial and .../ban-status: what a bot asks about its users."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.bot.accounts import answers as bot
from easel.doors.bot.accounts import words as bot_words
from easel.doors.bot.door import BOT
from easel.doors.bot.people import TelegramId, TelegramUser, id_in_path
from easel.doors.canonical.accounts import telegram, words
from easel.doors.canonical.door import CANONICAL
from easel.http import answers, callers, gateway, shared_addresses
from easel.wiring.accounts import sync_users as wiring
from easel.wiring.open_doors import open_doors

Env = wiring.ReadUsersEnv
Balance = Response[bot.BotBalanceBody]
Trial = Response[bot.BotTrialBody]
Referrals = Response[bot.BotReferralsBody]
app, bot_app = gateway.resolver(CANONICAL), gateway.resolver(BOT)


@app.get("/api/v1/users/<telegram_id>/balance", **words.READ_USER_BALANCE)
def read_balance(bot: callers.ActAsTelegram, telegram_id: TelegramId) -> Response[telegram.TelegramBalanceBody]:
    number = telegram.telegram_id(telegram_id)
    return answers.as_json(telegram.balance_body(number, wiring.read_users(settings.load(Env)).wallet(bot, number)))


@app.get("/api/v1/users/<telegram_id>/trial", **words.READ_USER_TRIAL)
def read_trial(bot: callers.ActAsTelegram, telegram_id: TelegramId) -> Response[telegram.TelegramTrialBody]:
    number = telegram.telegram_id(telegram_id)
    return answers.as_json(telegram.trial_body(number, wiring.read_users(settings.load(Env)).trial(bot, number)))


@bot_app.get("/api/v1/users/<telegram_id>/balance", **bot_words.READ_BALANCE)
def read_bot_balance(caller: callers.BotOrUser, telegram_id: TelegramId, user: TelegramUser = None) -> Balance:
    number = id_in_path(telegram_id, user)
    return answers.as_json(bot.balance_body(number, wiring.read_users(settings.load(Env)).wallet(caller, number)))


@bot_app.get("/api/v1/users/<telegram_id>/trial", **bot_words.READ_TRIAL)
def read_bot_trial(caller: callers.BotOrUser, telegram_id: TelegramId, user: TelegramUser = None) -> Trial:
    number = id_in_path(telegram_id, user)
    return answers.as_json(bot.trial_body(number, wiring.read_users(settings.load(Env)).trial(caller, number)))


@bot_app.get("/api/v1/users/<telegram_id>/ban-status", **bot_words.READ_BAN)
def read_ban(caller: callers.BotOrUser, telegram_id: TelegramId, user: TelegramUser = None) -> Response[bot.BotBanBody]:
    number = id_in_path(telegram_id, user)
    return answers.as_json(bot.ban_body(wiring.read_users(settings.load(Env)).known(caller, number).telegram_id))


@bot_app.get("/api/v1/referrals/<telegram_id>", **bot_words.READ_REFERRALS)
def read_referrals(caller: callers.BotOrUser, telegram_id: TelegramId, user: TelegramUser = None) -> Referrals:
    number = id_in_path(telegram_id, user)
    return answers.as_json(bot.referrals_body(wiring.read_users(settings.load(Env)).known(caller, number).telegram_id))


lambda_handler = shared_addresses.entry(app, bot_app, opened=open_doors(Env))
