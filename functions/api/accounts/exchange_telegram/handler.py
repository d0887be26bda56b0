"""POST /api/v1/auth/telegram: exchange a Mini App's initData for a token. Public: authenticated by the initData."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.clock import system_clock
from easel.doors.canonical.accounts import telegram, words
from easel.doors.canonical.door import CANONICAL
from easel.http import answers, gateway
from easel.wiring.accounts import exchange_telegram as wiring

Env = wiring.SignInEnv

app = gateway.resolver(CANONICAL)


@app.post("/api/v1/auth/telegram", **words.SIGN_IN_WITH_TELEGRAM)
def sign_in_with_telegram(
    body: Annotated[telegram.TelegramSignInRequest, Body()],
) -> Response[telegram.TelegramSessionBody]:
    signed_in = wiring.sign_in_with_telegram(settings.load(Env))(body.init_data)
    return answers.as_json(telegram.session_body(signed_in, system_clock()))


lambda_handler = gateway.entry(app)
