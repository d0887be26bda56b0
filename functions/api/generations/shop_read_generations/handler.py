"""GET /api/generations and /api/generations/{generationId}: the shop's lists and generations."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.clock import system_clock
from easel.doors.shop import paging
from easel.doors.shop.door import SHOP
from easel.doors.shop.generations import answers as generations
from easel.doors.shop.generations import requests, words
from easel.http import answers, callers, gateway, parse
from easel.wiring import cursors
from easel.wiring.env import CoreTable, EphemeralTable, PublicAddress, SigningKey
from easel.wiring.generations import expect_end, list_with_total, read_generations


class Env(CoreTable, EphemeralTable, PublicAddress, SigningKey):
    """Environment of this function."""


app = gateway.resolver(SHOP)


@app.get("/api/generations", **words.LIST_GENERATIONS)
def list_shop_generations(
    caller: callers.GenerationsRead,
    status: requests.StatusFilter = None,
    page: paging.PageNumber = None,
    limit: paging.Limit = None,
    cursor: paging.CursorText = None,
) -> Response[generations.ShopGenerationPage]:
    env = settings.load(Env)
    wanted = requests.status_filter(status)
    pages = paging.LISTING.of(cursors.cursor_signer(env), caller.workspace_id, f"generations:{wanted or 'all'}")
    requested = pages.request(limit=limit, page=page, cursor=cursor)
    listed = list_with_total.list_with_total(env)(
        caller, limit=requested.limit, after=requested.after, skip=requested.skip, status=wanted
    )
    return answers.as_json(generations.generation_page(listed, requested, pages, env.PUBLIC_BASE_URL))


@app.get("/api/generations/<generationId>", **words.READ_GENERATION)
def read_generation(
    caller: callers.GenerationsRead, generation_id: requests.GenerationId
) -> Response[generations.ShopGenerationAnswer]:
    env = settings.load(Env)
    named = parse.resource_id(generation_id, "generation")
    generation = read_generations.read_generations(env).get(caller, named)
    seen = app.current_event.headers.get("if-none-match")
    return generations.status_answer(
        generation, env.PUBLIC_BASE_URL, expect_end.expect_end(env), now=system_clock(), if_none_match=seen
    )


lambda_handler = gateway.entry(app)
