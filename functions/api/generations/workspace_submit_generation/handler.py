"""POST /api/ai/images and GET /api/ai/images/{generationId}: generate images, and wait for them."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.doors.workspace.door import WORKSPACE
from easel.doors.workspace.images import answers as images
from easel.doors.workspace.images import requests, words
from easel.doors.workspace.links import WorkspaceLinks
from easel.http import callers, gateway, parse
from easel.observability import count, request_id
from easel.wiring.accounts import enter_workspace
from easel.wiring.env import Links
from easel.wiring.generations import read_generations
from easel.wiring.generations import submit_generation as wiring
from easel.wiring.images import read_images


class Env(wiring.SubmitEnv, Links):
    """Environment of this function."""


app = gateway.resolver(WORKSPACE)


@app.post("/api/ai/images", **words.GENERATE_IMAGES)
def generate_images(
    caller: callers.GenerationsWrite,
    body: Annotated[requests.GenerateImagesRequest, Body()],
    idempotency_key: requests.IdempotencyKey = None,
    prefer: requests.Prefer = None,
) -> Response[images.Answer]:
    env = settings.load(Env)
    event = app.current_event
    named = requests.workspace_named(event.headers, body.workspace_id)
    seconds, key = parse.preferences(prefer).wait or parse.LONGEST_WAIT, parse.idempotency_key(idempotency_key)
    member = enter_workspace.enter_workspace(env)(caller, named)
    request = requests.image_request(body, event.json_body)
    submitted = wiring.submit_generation(env)(member, request, request_id=request_id(), idempotency_key=key)
    generation = submitted.generation
    if not generation.status.is_final:
        generation = read_generations.read_generations(env).wait(member, generation.id, seconds)
    count("GenerationsAccepted", replayed=submitted.replayed)
    headers = parse.Preferences().applied(replayed=submitted.replayed)
    return images.generated_answer(generation, _links(env), headers=headers)


@app.get("/api/ai/images/<generationId>", **words.READ_IMAGES)
def read_generated_images(
    caller: callers.GenerationsRead, generation_id: requests.GenerationId
) -> Response[images.Answer]:
    env = settings.load(Env)
    generation = read_generations.read_generations(env).get(caller, parse.resource_id(generation_id, "generation"))
    return images.generated_answer(generation, _links(env))


def _links(env: Env) -> WorkspaceLinks:
    return WorkspaceLinks(read_images.links(env), env.PUBLIC_BASE_URL)


lambda_handler = gateway.entry(app)
