"""POST /api/v1/images, /api/images and /generate: have a picture of a content item made."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.domain.content_item import ContentRequest
from easel.doors.content import answers, pages, parameters, requests, words
from easel.doors.content.door import CONTENT
from easel.http import callers, gateway, internal_callers, parse, waiting
from easel.observability import count, request_id
from easel.services.accounts.principal import Principal
from easel.wiring import content as wiring
from easel.wiring.accounts.internal_callers import signers
from easel.wiring.env import ContentAddress


class Env(wiring.SubmitContentEnv, ContentAddress):
    """Environment of this function."""


app = gateway.resolver(CONTENT)
Answer = Response[answers.ContentImageBody]
Key = parameters.IdempotencyKey
Include = pages.Include


@app.post("/api/v1/images", **words.CREATE_IMAGE)
@app.post("/api/images", **words.CREATE_IMAGE_UNVERSIONED)
def create_image(
    caller: callers.GenerationsWrite, body: requests.ItemBody, key: Key = None, include: Include = None
) -> Answer:
    return _made(caller, requests.content_request(body, sent=app.current_event.json_body), key, include)


@app.post("/generate", **words.GENERATE_BY_PROMPT)
def generate_by_prompt(
    caller: callers.GenerationsWrite, body: requests.PromptBody, key: Key = None, include: Include = None
) -> Answer:
    return _made(caller, requests.prompt_request(body, sent=app.current_event.json_body), key, include)


@app.post("/internal/api/images/generate", **words.GENERATE_IMAGE_SIGNED)
def generate_signed(
    caller: callers.GenerationsWrite, body: requests.ItemBody, key: Key = None, include: Include = None
) -> Answer:
    return _made(caller, requests.content_request(body, sent=app.current_event.json_body, lenient=True), key, include)


def _made(caller: Principal, request: ContentRequest, key: str | None, include: str | None) -> Answer:
    env, patience, parts = settings.load(Env), waiting.of(app), pages.parts_to_include(include)
    made = wiring.submit_content_image(env)(
        caller, request, request_id=request_id(), idempotency_key=parse.idempotency_key(key), patience=patience.left
    )
    count("GenerationsAccepted", replayed=made.replayed)
    return answers.submitted_answer(made, env.CONTENT_BASE_URL, parts)


lambda_handler = internal_callers.signed_entry(app, signers(Env))
