"""GET /api/v1/gallery/trash: what is in the trash."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.images import trash, words
from easel.http import answers, callers, gateway
from easel.wiring import cursors
from easel.wiring.env import CoreTable, Links, SigningKey
from easel.wiring.images import read_images
from easel.wiring.images import trash as wiring


class Env(CoreTable, Links, SigningKey):
    """Environment of this function."""


app = gateway.resolver(CANONICAL)


@app.get("/api/v1/gallery/trash", **words.LIST_TRASH)
def list_trash(
    caller: callers.GenerationsRead, limit: trash.Limit = None, cursor: trash.CursorText = None
) -> Response[trash.TrashPageBody]:
    env = settings.load(Env)
    pages = trash.LISTING.of(cursors.cursor_signer(env), caller.workspace_id, trash.LIST_NAME)
    asked = pages.request(limit=limit, cursor=cursor)
    found = wiring.read_trash(env)(caller, limit=asked.limit, after=asked.after)
    return answers.as_json(trash.trash_page(found, asked.limit, pages, read_images.links(env)))


lambda_handler = gateway.entry(app)
