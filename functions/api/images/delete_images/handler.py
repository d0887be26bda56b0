"""DELETE /api/v1/images/{imageId} and DELETE /api/v1/generations/{generationId}: pictures, for good."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.images import parameters, words
from easel.http import answers, callers, gateway, parse
from easel.observability import request_id
from easel.wiring.images import deletion as wiring

Env = wiring.DeleteEnv

app = gateway.resolver(CANONICAL)


@app.delete("/api/v1/images/<imageId>", status_code=204, **words.DELETE_IMAGE)
def delete_image(caller: callers.GenerationsWrite, image_id: parameters.ImageId) -> Response[None]:
    found = parse.resource_id(image_id, "image")
    wiring.delete_images(settings.load(Env)).image(caller, found, request_id() or "")
    return answers.no_content()


@app.delete("/api/v1/generations/<generationId>", status_code=204, **words.DELETE_GENERATION)
def delete_generation(
    caller: callers.GenerationsWrite, generation_id: parameters.GenerationOfArchive
) -> Response[None]:
    found = parse.resource_id(generation_id, "generation")
    wiring.delete_images(settings.load(Env)).generation(caller, found, request_id() or "")
    return answers.no_content()


lambda_handler = gateway.entry(app)
