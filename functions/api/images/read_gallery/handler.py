"""GET /api/v1/gallery: the images of a workspace."""

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
    *,
    prompt_words: gallery.Words = None,
    model: gallery.ModelName = None,
    ratio: gallery.Ratio = None,
    mine: gallery.Mine = None,
    status: gallery.EndedStatus = None,
    favourite: gallery.Favourite = None,
    tag: gallery.TagName = None,
    since: gallery.Since = None,
    before: gallery.Before = None,
    sort: gallery.Sort = None,
    limit: gallery.Limit = None,
    cursor: gallery.CursorText = None,
) -> Response[gallery.GalleryPageBody]:
    env = settings.load(Env)
    query = gallery.GalleryQuery(prompt_words, model, ratio, mine, status, favourite, tag, since, before, sort)
    search = gallery.wanted_images(query, caller.user_id)
    pages = gallery.LISTING.of(cursors.cursor_signer(env), caller.workspace_id, gallery.list_name(search))
    asked = pages.request(limit=limit, cursor=cursor)
    found = wiring.read_gallery(env)(caller, search, limit=asked.limit, after=asked.after)
    return answers.as_json(gallery.gallery_page(found, asked.limit, pages, env.PUBLIC_BASE_URL))


lambda_handler = gateway.entry(app)
