"""POST /api/v1/generations/{generationId}/cancel: stop what is still open."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.clock import system_clock
from easel.http import contract, gateway, identity, parameters
from easel.http.dialects import canonical
from easel.http.schemas.generations import GenerationBody
from easel.observability import instrumented
from easel.wiring.env import Links
from easel.wiring.generations import cancel_generation as wiring
from easel.wiring.images import read_images


class Env(wiring.CancelEnv, Links):
    """Environment of this function."""


app = gateway.resolver()


@app.post("/api/v1/generations/<generationId>/cancel", **contract.CANCEL_GENERATION)
def cancel_generation(generation_id: parameters.GenerationId) -> Response[GenerationBody]:
    env = settings.load(Env)
    caller = identity.principal(app, identity.WRITE)
    cancelled = wiring.cancel_generation(env)(caller, parameters.resource_id(generation_id, "generation"))
    links, now = read_images.links(env), system_clock()
    return canonical.generation_answer(cancelled, links=links, base_url=env.PUBLIC_BASE_URL, now=now)


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return gateway.respond(app, event, context, check=identity.require_principal)
