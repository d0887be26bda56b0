"""POST /api/v1/generations/{generationId}/images/{index}/retry: make one image again."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.clock import system_clock
from easel.domain.retry import Retry
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.generations import answers as generations
from easel.doors.canonical.generations import parameters, quote_answers, requests, words
from easel.http import callers, gateway, parse
from easel.observability import request_id
from easel.wiring.env import Links
from easel.wiring.generations import retry_image as wiring
from easel.wiring.generations import submit_generation
from easel.wiring.images import read_images
from easel.wiring.money import quote_generation


class Env(submit_generation.SubmitEnv, Links):
    """Environment of this function."""


app = gateway.resolver(CANONICAL)


@app.post("/api/v1/generations/<generationId>/images/<index>/retry", status_code=202, **words.RETRY_IMAGE)
def retry_image(
    caller: callers.GenerationsWrite,
    generation_id: parameters.GenerationId,
    index: parameters.ImageIndex,
    body: Annotated[requests.RetryImageRequest | None, Body()] = None,
    idempotency_key: parameters.IdempotencyKey = None,
    dry_run: parameters.DryRun = None,
) -> Response[generations.GenerationBody | str]:
    env, key = settings.load(Env), parse.idempotency_key(idempotency_key)
    named, asked = parse.resource_id(generation_id, "generation"), body or requests.RetryImageRequest()
    retry = Retry(
        named,
        parameters.image_index(index),
        asked.note,
        asked.quote_id,
        sent=asked.model_dump(by_alias=True, exclude_none=True),
    )
    request = wiring.retry_image(env)(caller, retry)
    if parse.flag("dry_run", dry_run):
        return quote_answers.dry_run_answer(quote_generation.quote_generation(env)(caller, request))
    submitted = submit_generation.submit_generation(env)(caller, request, request_id=request_id(), idempotency_key=key)
    context = read_images.answer_context(env, caller)
    headers = {"Idempotent-Replayed": "true"} if submitted.replayed else {}
    return generations.generation_answer(submitted.generation, context, now=system_clock(), headers=headers)


lambda_handler = gateway.entry(app)
