"""GET /api/v1/images/{contentItemId}/{filename}, /api/v1/content-items/{contentItemId}/images: versions of an item."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.content import answers as content
from easel.doors.content import pages as for_pages
from easel.doors.content import paging, parameters, words
from easel.doors.content.door import CONTENT
from easel.http import answers, callers, gateway
from easel.wiring import content as wiring
from easel.wiring import cursors
from easel.wiring.env import ContentAddress, CoreTable, SigningKey


class Env(CoreTable, ContentAddress, SigningKey):
    """Environment of this function."""


app = gateway.resolver(CONTENT)


@app.get("/api/v1/images/<contentItemId>/<filename>", **words.READ_IMAGE)
def read_image(
    caller: callers.GenerationsRead,
    item: parameters.ContentItemId,
    name: parameters.FileName,
    include: for_pages.Include = None,
) -> Response[content.ContentImageBody]:
    env, parts = settings.load(Env), for_pages.parts_to_include(include)
    read = wiring.read_content_images(env)
    view = read.placed(read.get(caller, parameters.item_id(item), name))
    return answers.as_json(content.content_image_body(view, env.CONTENT_BASE_URL, parts))


@app.get("/api/v1/content-items/<contentItemId>/images", **words.LIST_VERSIONS)
def list_versions(
    caller: callers.GenerationsRead,
    item: parameters.ContentItemId,
    limit: paging.Limit = None,
    cursor: paging.CursorText = None,
    include: for_pages.Include = None,
) -> Response[content.ContentImagePage]:
    env, item_id, parts = settings.load(Env), parameters.item_id(item), for_pages.parts_to_include(include)
    pages = paging.LISTING.of(cursors.cursor_signer(env), caller.workspace_id, f"content:{item_id}")
    asked = pages.request(limit=limit, cursor=cursor)
    found = wiring.read_content_images(env).list(caller, item_id, limit=asked.limit, after=asked.after)
    return answers.as_json(content.content_image_page(found, item_id, asked, pages, env.CONTENT_BASE_URL, parts))


lambda_handler = gateway.entry(app)
