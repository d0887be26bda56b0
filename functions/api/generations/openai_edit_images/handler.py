"""POST /v1/images/edits and /v1/images/variations: as OpenAI's own."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.domain.request import ImageRequest
from easel.doors.openai import edits, requests, serving, words
from easel.doors.openai.door import OPENAI
from easel.http import callers, gateway
from easel.http.incoming import Incoming
from easel.http.waiting import Patience
from easel.observability import count, request_id
from easel.wiring.generations import generate_once as wiring
from easel.wiring.images.image_store import image_store
from easel.wiring.prepared import prepared
from easel.wiring.uploads import accept_upload as uploads


class Env(wiring.OnceEnv, uploads.AcceptEnv):
    """Environment of this function."""


app = gateway.resolver(OPENAI)


@app.post("/v1/images/variations", **words.VARY_IMAGE)
@app.post("/v1/images/edits", **words.EDIT_IMAGE)
def edit_images(
    caller: callers.GenerationsWrite,
    key: requests.IdempotencyKey = None,
    prefer: requests.Prefer = None,
    turn: requests.RetryCount = None,
    version: requests.ApiVersion = None,  # noqa: ARG001 - Azure's clients send it
) -> Response[Any]:
    env, headers = settings.load(Env), app.current_event.headers
    patience = Patience(serving.seconds_to_wait(prefer))
    edit = edits.read(Incoming(app.current_event.raw_event), env.REFERENCE_TRUSTED_ORIGINS)
    read_bytes, asked = image_store(env).get, edit.image_request(headers)
    served = serving.Serving.of(
        edit.request, edit.fields, asked, prefer=prefer, read_bytes=read_bytes, base_url=env.PUBLIC_BASE_URL
    )

    def request() -> ImageRequest:
        accepted = uploads.accept_upload(env)(caller, edit.files, size=edit.size) if edit.files else ()
        return edit.image_request(headers, [file.upload.id for file in accepted])

    call = requests.call(edit.sent, request_id(), key, turn)
    once = wiring.generate_once(env)
    generated = once(caller, call, request, patience.left)
    count("GenerationsAccepted", replayed=generated.replayed)
    if served.is_answered_by(generated):
        once.answered(caller, call, generated.generation)
    return served.answer(generated)


lambda_handler = gateway.entry(app, prepared(Env, wiring.generate_once, image_store))
