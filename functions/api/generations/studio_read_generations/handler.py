"""GET /api/v1/images and /api/v1/prompts: the studio's gallery and its history of prompts."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.domain.image import Status
from easel.doors.studio import answers as studio
from easel.doors.studio import paging, words
from easel.doors.studio.door import STUDIO
from easel.http import answers, callers, gateway
from easel.services.accounts.principal import Principal
from easel.wiring import cursors
from easel.wiring.env import CoreTable, PublicAddress, SigningKey
from easel.wiring.generations import read_generations as wiring


class Env(CoreTable, PublicAddress, SigningKey):
    """Environment of this function."""


app = gateway.resolver(STUDIO)


@app.get("/api/v1/images", **words.LIST_IMAGES)
def list_images(
    caller: callers.GenerationsRead,
    limit: paging.ImagesLimit = None,
    offset: paging.Offset = None,
    cursor: paging.CursorText = None,
) -> Response[studio.StudioGallery]:
    env = settings.load(Env)
    pages = paging.IMAGES.of(cursors.cursor_signer(env), caller.workspace_id, "studio images")
    asked = pages.request(limit=limit, offset=offset, cursor=cursor)
    found = wiring.read_generations(env).list(
        caller, limit=asked.limit, after=asked.after, skip=asked.skip, status=Status.COMPLETED
    )
    totals = wiring.lifetime_totals(env)(caller.workspace_id)
    return answers.as_json(studio.gallery(found, totals, asked, pages, _context(env, caller)))


@app.get("/api/v1/prompts", **words.LIST_PROMPTS)
def list_prompts(
    caller: callers.GenerationsRead,
    limit: paging.PromptsLimit = None,
    offset: paging.Offset = None,
    cursor: paging.CursorText = None,
) -> Response[studio.StudioPrompts]:
    env = settings.load(Env)
    pages = paging.PROMPTS.of(cursors.cursor_signer(env), caller.workspace_id, "studio prompts")
    asked = pages.request(limit=limit, offset=offset, cursor=cursor)
    found = wiring.read_generations(env).list(caller, limit=asked.limit, after=asked.after, skip=asked.skip)
    body, next_cursor = studio.prompts(found, pages, _context(env, caller))
    return answers.as_json(body, headers=paging.link(env.PUBLIC_BASE_URL, asked.limit, next_cursor))


def _context(env: Env, caller: Principal) -> studio.StudioContext:
    return studio.StudioContext(env.PUBLIC_BASE_URL, caller.sees_costs_in_studio)


lambda_handler = gateway.entry(app)
