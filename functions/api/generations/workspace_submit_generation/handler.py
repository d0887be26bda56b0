"""POST /api/ai/images: generate images, and wait for them."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.domain.request import ImageRequest
from easel.doors.workspace.door import WORKSPACE
from easel.doors.workspace.images import answers as images
from easel.doors.workspace.images import requests, words
from easel.doors.workspace.links import WorkspaceLinks
from easel.http import callers, gateway
from easel.observability import count, request_id
from easel.services.accounts.principal import Principal
from easel.wiring.generations import generate_images as wiring
from easel.wiring.images import read_images
from easel.wiring.prepared import prepared

Env = wiring.GenerateEnv
Key = requests.IdempotencyKey
Prefer = requests.Prefer
Answer = Response[images.Answer]

app = gateway.resolver(WORKSPACE)


@app.post("/api/ai/images", **words.GENERATE_IMAGES)
def generate_images(
    caller: callers.GenerationsWrite, body: requests.GenerateBody, key: Key = None, prefer: Prefer = None
) -> Answer:
    request = requests.image_request(body, app.current_event.json_body)
    return _generate(caller, body.workspace_id, request, key, prefer)


def _generate(
    caller: Principal, in_body: str | None, request: ImageRequest, key: str | None, prefer: str | None
) -> Answer:
    env = settings.load(Env)
    call = requests.call(app.current_event.headers, in_body, request_id(), key, prefer)
    generated = wiring.generate_images(env)(caller, request, call)
    count("GenerationsAccepted", replayed=generated.replayed or generated.is_reused)
    links = WorkspaceLinks(read_images.links(env), env.PUBLIC_BASE_URL)
    return images.generated_answer(generated, links)


lambda_handler = gateway.entry(app, prepared(Env, wiring.generate_images, read_images.links))
