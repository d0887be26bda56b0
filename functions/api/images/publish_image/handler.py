"""Publication of images below /api/v1/images, and taking down at /api/v1/public/images/{publicationId}."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.images import parameters, public, words
from easel.http import answers, callers, gateway, parse
from easel.wiring.env import CoreTable, PublicAddress
from easel.wiring.images import public as wiring


class Env(CoreTable, PublicAddress):
    """Environment of this function."""


app = gateway.resolver(CANONICAL)


@app.put("/api/v1/images/<imageId>/publication", **words.PUBLISH_IMAGE)
def publish(
    caller: callers.GenerationsWrite, image_id: parameters.ImageId, body: Annotated[public.PublishRequest, Body()]
) -> Response[public.PublicationBody]:
    env, image, title = settings.load(Env), parse.resource_id(image_id, "image"), public.checked_title(body.title)
    made = wiring.publish_image(env).publish(caller, image, shows_prompt=body.show_prompt, title=title)
    return answers.as_json(public.publication_body(made, env.PUBLIC_BASE_URL))


@app.get("/api/v1/images/<imageId>/publication", **words.READ_PUBLICATION)
def read(caller: callers.GenerationsRead, image_id: parameters.ImageId) -> Response[public.PublicationBody]:
    env = settings.load(Env)
    found = wiring.publish_image(env).get(caller, parse.resource_id(image_id, "image"))
    return answers.as_json(public.publication_body(found, env.PUBLIC_BASE_URL))


@app.delete("/api/v1/images/<imageId>/publication", status_code=204, **words.WITHDRAW_IMAGE)
def withdraw(caller: callers.GenerationsWrite, image_id: parameters.ImageId) -> Response[None]:
    wiring.publish_image(settings.load(Env)).withdraw(caller, parse.resource_id(image_id, "image"))
    return answers.no_content()


@app.delete("/api/v1/public/images/<publicationId>", status_code=204, **words.TAKE_DOWN_IMAGE)
def take_down(caller: callers.GalleryModerate, publication_id: public.PublicationId) -> Response[None]:  # noqa: ARG001 - for its scope
    wiring.publish_image(settings.load(Env)).take_down(parse.resource_id(publication_id, "published image"))
    return answers.no_content()


lambda_handler = gateway.entry(app)
