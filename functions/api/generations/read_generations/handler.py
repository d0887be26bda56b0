"""GET /api/v1/generations and /api/v1/generations/{generationId}: list and read generations."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.clock import system_clock
from easel.doors.canonical import paging
from easel.doors.canonical.context import AnswerContext
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.generations import answers as generations
from easel.doors.canonical.generations import parameters, words
from easel.http import answers, callers, gateway, parse
from easel.services.accounts.principal import Principal
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
        caller, limit=asked.limit, after=asked.after, skip=asked.skip, status=wanted
    )
    body = generations.generation_page(found, asked, pages, _context(env, caller), status=wanted)
    return answers.as_json(body)


@app.get("/api/v1/generations/<generationId>", **words.READ_GENERATION)
def read_generation(
    caller: callers.GenerationsRead, generation_id: parameters.GenerationId
) -> Response[generations.GenerationBody]:
    env = settings.load(Env)
    generation = wiring.read_generations(env).get(caller, parse.resource_id(generation_id, "generation"))
    return generations.status_answer(generation, _context(env, caller), now=system_clock())


def _context(env: Env, caller: Principal) -> AnswerContext:
    return AnswerContext(read_images.links(env), env.PUBLIC_BASE_URL, caller.sees_provider_costs)


lambda_handler = gateway.entry(app)
