"""POST /api/v1/generations/submit: a Telegram user's generation, submitted by their bot or their Mini App."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.domain.access import GENERATIONS_WRITE
from easel.doors.bot import people
from easel.doors.bot.door import BOT
from easel.doors.bot.generations import answers as generations
from easel.doors.bot.generations import requests, words
from easel.http import answers, callers, gateway, parse
from easel.observability import count, request_id
from easel.wiring.accounts.impersonate import telegram_person
from easel.wiring.accounts.sync_users import read_users
from easel.wiring.env import Accounts, PublicAddress
from easel.wiring.generations import submit_generation as wiring
from easel.wiring.prepared import prepared


class Env(Accounts, wiring.SubmitEnv, PublicAddress):
    """Environment of this function."""


app = gateway.resolver(BOT)


@app.post("/api/v1/generations/submit", **words.SUBMIT)
def submit_generation(
    caller: callers.BotOrUser,
    body: Annotated[requests.BotSubmitRequest, Body()],
    idempotency_key: requests.IdempotencyKey = None,
    user: people.TelegramUser = None,
) -> Response[generations.BotSubmittedBody]:
    env, number = settings.load(Env), people.id_in_body(body.telegram_id, user)
    own_key = parse.idempotency_key(idempotency_key)
    request = requests.submit_request(body, app.current_event.json_body, trusted=env.REFERENCE_TRUSTED_ORIGINS)
    person = telegram_person(env)(caller, number, GENERATIONS_WRITE)
    submitted = wiring.submit_generation(env)(
        person,
        request,
        request_id=request_id(),
        idempotency_key=own_key or requests.natural_key(body),
        any_request=own_key is None,
    )
    count("GenerationsAccepted", replayed=submitted.replayed)
    answer = generations.submitted_body(
        submitted.generation,
        generations.BotContext(env.PUBLIC_BASE_URL, number),
        trial_used=read_users(env).trial_pays(person),
        replayed=submitted.replayed,
    )
    return answers.as_json(answer, headers=parse.Preferences().applied(replayed=submitted.replayed))


lambda_handler = gateway.entry(app, prepared(Env, wiring.submit_generation))
