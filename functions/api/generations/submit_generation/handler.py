"""POST /api/v1/generations: submit a generation, and wait for its images if requested."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.clock import system_clock
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.generations import answers as generations
from easel.doors.canonical.generations import parameters, quote_answers, requests, submissions, words
from easel.http import callers, gateway, parse
from easel.observability import count, request_id
from easel.wiring.env import LightClients, Links, TrustedOrigins
from easel.wiring.generations import read_generations
from easel.wiring.generations import submit_generation as wiring
from easel.wiring.images import read_images
from easel.wiring.money import quote_generation
from easel.wiring.prepared import prepared


class Env(LightClients, wiring.SubmitEnv, TrustedOrigins, Links):
    """Environment of this function."""


app = gateway.resolver(CANONICAL)


@app.post("/api/v1/generations", status_code=202, **words.SUBMIT_GENERATION)
def submit_generation(
    caller: callers.GenerationsWrite,
    body: Annotated[requests.SubmitGenerationRequest, Body()],
    idempotency_key: parameters.IdempotencyKey = None,
    prefer: parameters.Prefer = None,
    cancel_after: parameters.CancelAfter = None,
    dry_run: parameters.DryRun = None,
) -> Response[generations.GenerationBody | str]:
    env = settings.load(Env)
    preferences, key = parse.preferences(prefer), parse.idempotency_key(idempotency_key)
    sent, limit = app.current_event.json_body, parse.cancel_after(cancel_after)
    origins = {"trusted": env.REFERENCE_TRUSTED_ORIGINS, "trusted_webhooks": env.WEBHOOK_TRUSTED_ORIGINS}
    request = submissions.image_request(body, sent=sent, cancel_after=limit, **origins)
    if parse.flag("dry_run", dry_run):
        return quote_answers.dry_run_answer(quote_generation.quote_generation(env)(caller, request))
    submitted = wiring.submit_generation(env)(caller, request, request_id=request_id(), idempotency_key=key)
    generation = submitted.generation
    if preferences.wait is not None and not generation.status.is_final:
        generation = read_generations.read_generations(env).wait(caller, generation.id, preferences.wait)
    count("GenerationsAccepted", replayed=submitted.replayed)
    context = read_images.answer_context(env, caller)
    headers = preferences.applied(replayed=submitted.replayed)
    return generations.generation_answer(generation, context, now=system_clock(), headers=headers)


lambda_handler = gateway.entry(app, prepared(Env, wiring.submit_generation, read_images.links))
