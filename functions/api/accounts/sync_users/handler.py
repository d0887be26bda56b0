"""POST /api/v1/users/sync, GET /api/v1/users/{telegram_id}/balance and .../trial: a bot and the people it brings."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.domain import access
from easel.http import answers, contract, gateway, identity, parameters
from easel.http.dialects import accounts
from easel.http.schemas.accounts import SyncedUserBody, SyncUserRequest, TelegramBalanceBody, TelegramTrialBody
from easel.observability import instrumented
from easel.wiring.accounts import sync_users as wiring
from easel.wiring.env import Accounts as Env

app = gateway.resolver()


@app.post("/api/v1/users/sync", **contract.SYNC_USER)
def sync_user(body: Annotated[SyncUserRequest, Body()]) -> Response[SyncedUserBody]:
    bot = identity.principal(app, access.USERS_SYNC)
    synced = wiring.telegram_users(settings.load(Env)).sync(bot, accounts.telegram_profile(body))
    return answers.as_json(accounts.synced_user_body(synced, body.telegram_id))


@app.get("/api/v1/users/<telegram_id>/balance", **contract.READ_USER_BALANCE)
def read_balance(telegram_id: parameters.TelegramId) -> Response[TelegramBalanceBody]:
    bot, number = identity.principal(app, access.ACT_AS_TELEGRAM), accounts.telegram_id(telegram_id)
    return answers.as_json(accounts.balance_body(number, wiring.telegram_users(settings.load(Env)).wallet(bot, number)))


@app.get("/api/v1/users/<telegram_id>/trial", **contract.READ_USER_TRIAL)
def read_trial(telegram_id: parameters.TelegramId) -> Response[TelegramTrialBody]:
    bot, number = identity.principal(app, access.ACT_AS_TELEGRAM), accounts.telegram_id(telegram_id)
    return answers.as_json(accounts.trial_body(number, wiring.telegram_users(settings.load(Env)).trial(bot, number)))


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return gateway.respond(app, event, context, check=identity.require_principal)
