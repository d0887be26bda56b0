"""GET /api/v1/images/{contentItemId}/{filename}, /api/v1/content-items/{contentItemId}/images: versions of an item."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.content import answers as content
from easel.doors.content import paging, parameters, words
from easel.doors.content.door import CONTENT
from easel.http import answers, callers, gateway
from easel.wiring import content as wiring
from easel.wiring import cursors
from easel.wiring.env import CoreTable, PublicAddress, SigningKey


class Env(CoreTable, PublicAddress, SigningKey):
    """Environment of this function."""


app = gateway.resolver(CONTENT)


@app.get("/api/v1/images/<contentItemId>/<filename>", **words.READ_IMAGE)
def read_image(
    caller: callers.GenerationsRead, item: parameters.ContentItemId, name: parameters.FileName
) -> Response[content.ContentImageBody]:
    env = settings.load(Env)
    view = wiring.read_content_images(env).get(caller, parameters.item_id(item), name)
    return answers.as_json(content.content_image_body(view, env.PUBLIC_BASE_URL))


@app.get("/api/v1/content-items/<contentItemId>/images", **words.LIST_VERSIONS)
def list_versions(
    caller: callers.GenerationsRead,
    item: parameters.ContentItemId,
    limit: paging.Limit = None,
    cursor: paging.CursorText = None,
) -> Response[content.ContentImagePage]:
    env, item_id = settings.load(Env), parameters.item_id(item)
    pages = paging.LISTING.of(cursors.cursor_signer(env), caller.workspace_id, f"content:{item_id}")
    asked = pages.request(limit=limit, cursor=cursor)
    found = wiring.read_content_images(env).list(caller, item_id, limit=asked.limit, after=asked.after)
    return answers.as_json(content.content_image_page(found, item_id, asked, pages, env.PUBLIC_BASE_URL))


lambda_handler = gateway.entry(app)
