"""GET /api/v1/generations and /api/v1/generations/{generationId}: how far requests for images have come."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.clock import system_clock
from easel.doors.canonical import paging
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.generations import answers as generations
from easel.doors.canonical.generations import parameters, words
from easel.http import answers, callers, gateway, parse
from easel.wiring import cursors
from easel.wiring.env import CoreTable, Links, SigningKey
from easel.wiring.generations import read_generations as wiring
from easel.wiring.images import read_images


class Env(CoreTable, Links, SigningKey):
    """Environment of this function."""


app = gateway.resolver(CANONICAL)


@app.get("/api/v1/generations", **words.LIST_GENERATIONS)
def list_generations(
    caller: callers.GenerationsRead,
    limit: paging.Limit = None,
    page: paging.PageNumber = None,
    cursor: paging.CursorText = None,
    status: parameters.StatusFilter = None,
) -> Response[generations.GenerationPage]:
    env = settings.load(Env)
    wanted = parameters.status_filter(status)
    pages = paging.NUMBERED.of(cursors.cursor_signer(env), caller.workspace_id, f"generations:{wanted or 'all'}")
    asked = pages.request(limit=limit, page=page, cursor=cursor)
    found = wiring.read_generations(env).list(
        caller, limit=asked.limit, after=asked.after, page=asked.page, status=wanted
    )
    links, base_url = read_images.links(env), env.PUBLIC_BASE_URL
    body = generations.generation_page(found, asked, pages, status=wanted, links=links, base_url=base_url)
    return answers.as_json(body)


@app.get("/api/v1/generations/<generationId>", **words.READ_GENERATION)
def read_generation(
    caller: callers.GenerationsRead, generation_id: parameters.GenerationId
) -> Response[generations.GenerationBody]:
    env = settings.load(Env)
    generation = wiring.read_generations(env).get(caller, parse.resource_id(generation_id, "generation"))
    links, now = read_images.links(env), system_clock()
    return generations.status_answer(generation, links=links, base_url=env.PUBLIC_BASE_URL, now=now)


lambda_handler = gateway.entry(app)
