"""POST /api/v1/quotes: quote the price of a request."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.generations import quote_answers, requests, submissions
from easel.doors.canonical.money import words
from easel.http import callers, gateway
from easel.wiring.env import TrustedOrigins
from easel.wiring.money import quote_generation as wiring


class Env(wiring.QuoteReferencesEnv, TrustedOrigins):
    """Environment of this function."""


app = gateway.resolver(CANONICAL)


@app.post("/api/v1/quotes", **words.QUOTE_GENERATION)
def quote_generation(
    caller: callers.GenerationsWrite, body: Annotated[requests.SubmitGenerationRequest, Body()]
) -> Response[quote_answers.QuoteBody]:
    env, sent = settings.load(Env), app.current_event.json_body
    origins = {"trusted": env.REFERENCE_TRUSTED_ORIGINS, "trusted_webhooks": env.WEBHOOK_TRUSTED_ORIGINS}
    request = submissions.image_request(body, sent=sent, cancel_after=None, **origins)
    return quote_answers.quote_answer(wiring.quote_generation(env)(caller, request))


lambda_handler = gateway.entry(app)
