"""POST /api/v1/images/generate and /api/images/generate: generate images and wait, at the studio or content door."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.clock import system_clock
from easel.doors.content import answers as content
from easel.doors.content import pages
from easel.doors.content import requests as content_requests
from easel.doors.content import words as content_words
from easel.doors.content.door import CONTENT
from easel.doors.studio import answers, requests, words
from easel.doors.studio.door import STUDIO
from easel.http import callers, gateway, parse, shared_addresses, waiting
from easel.observability import count, request_id
from easel.wiring import content as wiring
from easel.wiring.env import ContentAddress, OpenDoors, PublicAddress, Studio
from easel.wiring.generations import read_generations as reading
from easel.wiring.generations import submit_generation as submitting
from easel.wiring.open_doors import open_doors


class Env(wiring.SubmitContentEnv, ContentAddress, OpenDoors, PublicAddress, Studio):
    """Environment of this function."""


app, content_app = gateway.resolver(STUDIO), gateway.resolver(CONTENT)
Key = requests.IdempotencyKey


@app.post("/api/v1/images/generate", **words.GENERATE)
@app.post("/api/images/generate", **words.GENERATE_UNVERSIONED)
def generate_images(
    caller: callers.GenerationsWrite, body: requests.GenerateBody, key: Key = None
) -> Response[answers.StudioGenerated]:
    env, patience, sent = settings.load(Env), waiting.of(app), app.current_event.json_body
    request = requests.image_request(body, sent=sent, model=env.STUDIO_MODEL, trusted=env.REFERENCE_TRUSTED_ORIGINS)
    submit = submitting.submit_generation(env)
    made = submit(caller, request, request_id=request_id(), idempotency_key=parse.idempotency_key(key))
    count("GenerationsAccepted", replayed=made.replayed)
    generation = reading.read_generations(env).wait(caller, made.generation.id, patience.left())
    context = answers.StudioContext(env.PUBLIC_BASE_URL, caller.sees_costs_in_studio)
    return answers.generated_answer(generation, context, now=system_clock(), replayed=made.replayed)


@content_app.post("/api/v1/images/generate", **content_words.GENERATE_IMAGE_VERSIONED)
@content_app.post("/api/images/generate", **content_words.GENERATE_IMAGE)
def generate_image(
    caller: callers.GenerationsWrite, body: content_requests.ItemBody, key: Key = None, include: pages.Include = None
) -> Response[content.ContentImageBody]:
    env, patience, parts = settings.load(Env), waiting.of(content_app), pages.parts_to_include(include)
    request = content_requests.content_request(body, sent=content_app.current_event.json_body, lenient=True)
    made = wiring.submit_content_image(env)(
        caller, request, request_id=request_id(), idempotency_key=parse.idempotency_key(key), patience=patience.left
    )
    count("GenerationsAccepted", replayed=made.replayed)
    return content.submitted_answer(made, env.CONTENT_BASE_URL, parts)


lambda_handler = shared_addresses.entry(app, content_app, opened=open_doors(Env))
