"""POST /api/v1/quotes: what a request would cost, without asking for it."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.http import contract, gateway, identity
from easel.http.dialects import canonical, submissions
from easel.http.schemas.generations import QuoteBody
from easel.http.schemas.submit import SubmitGenerationRequest
from easel.observability import instrumented
from easel.wiring.env import TrustedReferences
from easel.wiring.money import quotes as wiring


class Env(wiring.QuoteEnv, TrustedReferences):
    """Environment of this function."""


app = gateway.resolver()


@app.post("/api/v1/quotes", **contract.QUOTE_GENERATION)
def quote_generation(body: Annotated[SubmitGenerationRequest, Body()]) -> Response[QuoteBody]:
    env, caller, sent = settings.load(Env), identity.principal(app, identity.WRITE), app.current_event.json_body
    request = submissions.image_request(body, sent=sent, cancel_after=None, trusted=env.REFERENCE_TRUSTED_ORIGINS)
    return canonical.quote_answer(wiring.quote_generation(env)(caller, request))


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return gateway.respond(app, event, context, check=identity.require_principal)
