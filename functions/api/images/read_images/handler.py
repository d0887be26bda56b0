"""GET /api/v1/images/{imageId} for owners and GET /i/{token} for whoever has the permalink: pictures."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.http import contract, gateway, identity, parameters
from easel.http.dialects import canonical
from easel.http.schemas.images import PendingPictureBody, SingleImageBody
from easel.observability import instrumented
from easel.wiring.env import CoreTable, Links
from easel.wiring.images import read_images as wiring


class Env(CoreTable, Links):
    """Environment of this function."""


app = gateway.resolver()


@app.get("/api/v1/images/<imageId>", **contract.READ_IMAGE)
def read_image(
    image_id: parameters.ImageId, variant: parameters.VariantChoice = None, accept: parameters.Accept = None
) -> Response[SingleImageBody | None]:
    env = settings.load(Env)
    caller = identity.principal(app, identity.READ)
    chosen = parameters.variant(variant)
    view = wiring.read_images(env).get(caller, parameters.resource_id(image_id, "image"))
    links = wiring.links(env)
    if parameters.wants_json(accept):
        return canonical.image_answer(view, links=links, base_url=env.PUBLIC_BASE_URL)
    return canonical.picture_answer(view, chosen, links=links, base_url=env.PUBLIC_BASE_URL)


@app.get("/i/<token>", **contract.READ_PERMALINK)
def read_permalink(
    token: parameters.PermalinkToken, variant: parameters.VariantChoice = None
) -> Response[PendingPictureBody | None]:
    env = settings.load(Env)
    chosen = parameters.variant(variant)
    view = wiring.read_images(env).by_permalink(token)
    return canonical.permalink_answer(view, chosen, links=wiring.links(env))


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return gateway.respond(app, event, context, check=identity.require_principal_unless_permalink)
