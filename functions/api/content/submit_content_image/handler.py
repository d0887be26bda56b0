"""POST /api/v1/images, /api/images and /generate: have a picture of a content item made."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.domain.content_item import ContentRequest
from easel.doors.content import answers, parameters, requests, words
from easel.doors.content.door import CONTENT
from easel.http import callers, gateway, parse, waiting
from easel.observability import count, request_id
from easel.services.accounts.principal import Principal
from easel.wiring import content as wiring
from easel.wiring.env import PublicAddress


class Env(wiring.SubmitContentEnv, PublicAddress):
    """Environment of this function."""


app = gateway.resolver(CONTENT)
Answer = Response[answers.ContentImageBody]
Key = parameters.IdempotencyKey


@app.post("/api/v1/images", **words.CREATE_IMAGE)
def create_image(caller: callers.GenerationsWrite, body: requests.ItemBody, idempotency_key: Key = None) -> Answer:
    return _made(caller, requests.content_request(body, sent=app.current_event.json_body), idempotency_key)


@app.post("/api/images", **words.CREATE_IMAGE_UNVERSIONED)
def create_unversioned(
    caller: callers.GenerationsWrite, body: requests.ItemBody, idempotency_key: Key = None
) -> Answer:
    return _made(caller, requests.content_request(body, sent=app.current_event.json_body), idempotency_key)


@app.post("/generate", **words.GENERATE_BY_PROMPT)
def generate_by_prompt(
    caller: callers.GenerationsWrite, body: requests.PromptBody, idempotency_key: Key = None
) -> Answer:
    return _made(caller, requests.prompt_request(body, sent=app.current_event.json_body), idempotency_key)


def _made(caller: Principal, request: ContentRequest, idempotency_key: str | None) -> Answer:
    env, patience = settings.load(Env), waiting.Patience()
    key = parse.idempotency_key(idempotency_key)
    made = wiring.submit_content_image(env)(
        caller, request, request_id=request_id(), idempotency_key=key, patience=patience.left
    )
    count("GenerationsAccepted", replayed=made.replayed)
    return answers.submitted_answer(made.image, made.generation, env.PUBLIC_BASE_URL, replayed=made.replayed)


lambda_handler = gateway.entry(app)
