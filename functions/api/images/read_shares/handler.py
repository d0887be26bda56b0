"""GET /api/v1/shares and /api/v1/shares/{shareId}: the links of a workspace."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.clock import system_clock
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.images import shares, words
from easel.http import answers, callers, gateway, parse
from easel.wiring import cursors
from easel.wiring.env import CoreTable, SigningKey
from easel.wiring.images import shares as wiring


class Env(CoreTable, SigningKey):
    """Environment of this function."""


app = gateway.resolver(CANONICAL)


@app.get("/api/v1/shares", **words.LIST_SHARES)
def list_shares(
    caller: callers.GenerationsRead,
    image_id: shares.OfImage = None,
    generation_id: shares.OfGeneration = None,
    limit: shares.Limit = None,
    cursor: shares.CursorText = None,
) -> Response[shares.SharePageBody]:
    env, target = settings.load(Env), shares.wanted_target(image_id, generation_id)
    pages = shares.LISTING.of(cursors.cursor_signer(env), caller.workspace_id, shares.list_name(target))
    asked = pages.request(limit=limit, cursor=cursor)
    found = wiring.read_shares(env).page(caller, target, limit=asked.limit, after=asked.after)
    return answers.as_json(shares.share_page(found, asked.limit, pages, system_clock()))


@app.get("/api/v1/shares/<shareId>", **words.READ_SHARE)
def read_share(caller: callers.GenerationsRead, share_id: shares.ShareId) -> Response[shares.ShareBody]:
    found = wiring.read_shares(settings.load(Env)).get(caller, parse.resource_id(share_id, "share"))
    return answers.as_json(shares.share_body(found, system_clock()))


lambda_handler = gateway.entry(app)
