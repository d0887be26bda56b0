"""GET /api/v1/gallery and /api/v1/gallery/tags: images by what people noted about them."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.images import gallery, words
from easel.http import answers, callers, gateway
from easel.wiring import cursors
from easel.wiring.env import CoreTable, PublicAddress, SigningKey
from easel.wiring.images import gallery as wiring


class Env(CoreTable, PublicAddress, SigningKey):
    """Environment of this function."""


app = gateway.resolver(CANONICAL)


@app.get("/api/v1/gallery", **words.LIST_GALLERY)
def list_images(
    caller: callers.GenerationsRead,
    favourite: gallery.Favourite = None,
    tag: gallery.TagName = None,
    limit: gallery.Limit = None,
    cursor: gallery.CursorText = None,
) -> Response[gallery.GalleryPageBody]:
    env, wanted = settings.load(Env), gallery.wanted_tag(favourite, tag)
    pages = gallery.LISTING.of(cursors.cursor_signer(env), caller.workspace_id, gallery.list_name(wanted))
    asked = pages.request(limit=limit, cursor=cursor)
    found = wiring.read_gallery(env)(caller, wanted, limit=asked.limit, after=asked.after)
    return answers.as_json(gallery.gallery_page(found, asked.limit, pages, env.PUBLIC_BASE_URL))


@app.get("/api/v1/gallery/tags", **words.LIST_TAGS)
def list_tags(
    caller: callers.GenerationsRead, limit: gallery.Limit = None, cursor: gallery.CursorText = None
) -> Response[gallery.TagPageBody]:
    env = settings.load(Env)
    pages = gallery.LISTING.of(cursors.cursor_signer(env), caller.workspace_id, "tags")
    asked = pages.request(limit=limit, cursor=cursor)
    found = wiring.read_gallery(env).tags(caller, limit=asked.limit, after=asked.after)
    return answers.as_json(gallery.tag_page(found, asked.limit, pages))


lambda_handler = gateway.entry(app)
