"""POST /api/v1/auth/telegram: from a Mini App's initData to a token. Public: the initData is the credential."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.clock import system_clock
from easel.http import answers, contract, gateway
from easel.http.dialects import accounts
from easel.http.schemas.accounts import TelegramSessionBody, TelegramSignInRequest
from easel.observability import instrumented
from easel.wiring.accounts import exchange_telegram as wiring

Env = wiring.SignInEnv

app = gateway.resolver()


@app.post("/api/v1/auth/telegram", **contract.SIGN_IN_WITH_TELEGRAM)
def sign_in_with_telegram(body: Annotated[TelegramSignInRequest, Body()]) -> Response[TelegramSessionBody]:
    signed_in = wiring.sign_in_with_telegram(settings.load(Env))(body.init_data)
    return answers.as_json(accounts.session_body(signed_in, system_clock()))


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return gateway.respond(app, event, context)
