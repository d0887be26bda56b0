"""GET /api/v1/generations and /api/v1/generations/{generationId}: how far requests for images have come."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.clock import system_clock
from easel.http import answers, contract, gateway, identity, pagination, parameters
from easel.http.dialects import canonical
from easel.http.schemas.generations import GenerationBody, GenerationPage
from easel.observability import instrumented
from easel.wiring import cursors
from easel.wiring.env import CoreTable, Links, SigningKey
from easel.wiring.generations import read_generations as wiring
from easel.wiring.images import read_images


class Env(CoreTable, Links, SigningKey):
    """Environment of this function."""


app = gateway.resolver()


@app.get("/api/v1/generations", **contract.LIST_GENERATIONS)
def list_generations(
    limit: pagination.Limit = None,
    page: pagination.PageNumber = None,
    cursor: pagination.CursorText = None,
    status: parameters.StatusFilter = None,
) -> Response[GenerationPage]:
    env = settings.load(Env)
    caller = identity.principal(app, identity.READ)
    wanted = parameters.status_filter(status)
    listing = pagination.Listing(cursors.cursor_signer(env), caller.workspace_id, f"generations:{wanted or 'all'}")
    asked = listing.page_request(limit=limit, page=page, cursor=cursor)
    found = wiring.read_generations(env).list(
        caller, limit=asked.limit, after=asked.after, page=asked.page, status=wanted
    )
    links, base_url = read_images.links(env), env.PUBLIC_BASE_URL
    body = canonical.generation_page(found, asked, listing, status=wanted, links=links, base_url=base_url)
    return answers.as_json(body)


@app.get("/api/v1/generations/<generationId>", **contract.READ_GENERATION)
def read_generation(generation_id: parameters.GenerationId) -> Response[GenerationBody]:
    env = settings.load(Env)
    caller = identity.principal(app, identity.READ)
    generation = wiring.read_generations(env).get(caller, parameters.resource_id(generation_id, "generation"))
    links, now = read_images.links(env), system_clock()
    return canonical.status_answer(generation, links=links, base_url=env.PUBLIC_BASE_URL, now=now)


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return gateway.respond(app, event, context, check=identity.require_principal)
