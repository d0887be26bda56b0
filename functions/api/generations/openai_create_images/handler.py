"""POST /v1/images/generations: as OpenAI's own."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.openai import requests, serving, words
from easel.doors.openai.door import OPENAI
from easel.http import callers, gateway
from easel.http.waiting import Patience
from easel.observability import count, request_id
from easel.wiring.generations import generate_once as wiring
from easel.wiring.images.image_store import image_store
from easel.wiring.prepared import prepared

Env = wiring.OnceEnv
Key = requests.IdempotencyKey

app = gateway.resolver(OPENAI)


@app.post("/v1/images/generations", **words.CREATE_IMAGE)
def create_images(
    caller: callers.GenerationsWrite,
    body: requests.ImagesBody,
    key: Key = None,
    prefer: requests.Prefer = None,
    retry_count: requests.RetryCount = None,
    api_version: requests.ApiVersion = None,  # noqa: ARG001 - clients send it, and it means nothing here
) -> Response[Any]:
    env, sent = settings.load(Env), app.current_event.json_body
    patience = Patience(serving.seconds_to_wait(prefer))
    request = requests.image_request(body, sent, app.current_event.headers)
    served = serving.Serving.of(
        body, sent, request, prefer=prefer, read_bytes=image_store(env).get, base_url=env.PUBLIC_BASE_URL
    )
    call = requests.call(sent, request_id(), key, retry_count)
    once = wiring.generate_once(env)
    generated = once(caller, call, lambda: request, patience.left)
    count("GenerationsAccepted", replayed=generated.replayed)
    if served.is_answered_by(generated):
        once.answered(caller, call, generated.generation)
    return served.answer(generated)


lambda_handler = gateway.entry(app, prepared(Env, wiring.generate_once, image_store))
