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
from easel.services.accounts.principal import Principal
from easel.wiring.generations import generate_once as wiring
from easel.wiring.images.image_store import image_store
from easel.wiring.uploads import accept_upload as uploads


class Env(wiring.OnceEnv, uploads.AcceptEnv):
    """Environment of this function."""


app = gateway.resolver(OPENAI)


@app.post("/v1/images/edits", **words.EDIT_IMAGE)
def edit_images(
    caller: callers.GenerationsWrite,
    key: requests.IdempotencyKey = None,
    prefer: requests.Prefer = None,
    turn: requests.RetryCount = None,
    version: requests.ApiVersion = None,  # noqa: ARG001 - clients send it, and it means nothing here
) -> Response[Any]:
    return _make(caller, edits.EditRequest, key, prefer, turn)


@app.post("/v1/images/variations", **words.VARY_IMAGE)
def vary_images(
    caller: callers.GenerationsWrite,
    key: requests.IdempotencyKey = None,
    prefer: requests.Prefer = None,
    turn: requests.RetryCount = None,
    version: requests.ApiVersion = None,  # noqa: ARG001 - clients send it, and it means nothing here
) -> Response[Any]:
    return _make(caller, edits.VaryRequest, key, prefer, turn)


def _make(
    caller: Principal, model: type[edits.EditRequest], key: str | None, prefer: str | None, turn: str | None
) -> Response[Any]:
    env, headers = settings.load(Env), app.current_event.headers
    patience = Patience(serving.seconds_to_wait(prefer))
    edit = edits.read(Incoming(app.current_event.raw_event), model, env.REFERENCE_TRUSTED_ORIGINS)
    served = serving.Serving(
        request=edit.request,
        wanted=requests.check(edit.request, edit.image_request(headers)),
        ignored=edit.request.ignored(edit.fields),
        prefix="image_edit",
        read_bytes=image_store(env).get,
        base_url=env.PUBLIC_BASE_URL,
        is_async=serving.is_async(prefer),
    )

    def request() -> ImageRequest:
        accepted = uploads.accept_upload(env)(caller, edit.files, size=edit.size) if edit.files else ()
        return edit.image_request(headers, [file.upload.id for file in accepted])

    call = requests.call(edit.sent, request_id(), key, turn)
    once = wiring.generate_once(env)
    generated = once(caller, call, request, patience.left)
    count("GenerationsAccepted", replayed=generated.replayed)
    if generated.generation.status.is_final or served.is_async:
        once.answered(caller, call, generated.generation)
    return served.answer(generated)


lambda_handler = gateway.entry(app)
