"""GET /api/v1/gallery/prompts and /api/v1/gallery/tags: prompts that were used most, and tags."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.images import gallery, marks, words
from easel.http import answers, callers, gateway
from easel.http.pagination import limit_of
from easel.wiring import cursors
from easel.wiring.env import CoreTable, SigningKey
from easel.wiring.images import gallery as wiring


class Env(CoreTable, SigningKey):
    """Environment of this function."""


app = gateway.resolver(CANONICAL)


@app.get("/api/v1/gallery/prompts", **words.LIST_POPULAR_PROMPTS)
def list_popular_prompts(
    caller: callers.GenerationsRead,
    model: gallery.ModelName = None,
    mine: gallery.Mine = None,
    since: gallery.Since = None,
    before: gallery.Before = None,
    limit: gallery.PromptLimit = None,
) -> Response[gallery.PopularPromptsBody]:
    query = gallery.GalleryQuery(model=model, mine=mine, since=since, before=before)
    search, size = gallery.wanted_images(query, caller.user_id), limit_of(gallery.PROMPTS, limit)
    found = wiring.summarise_gallery(settings.load(Env)).popular(caller, search, limit=size)
    return answers.as_json(gallery.popular_prompts(found))


@app.get("/api/v1/gallery/tags", **words.LIST_TAGS)
def list_tags(
    caller: callers.GenerationsRead, limit: gallery.Limit = None, cursor: gallery.CursorText = None
) -> Response[marks.TagPageBody]:
    env = settings.load(Env)
    pages = gallery.LISTING.of(cursors.cursor_signer(env), caller.workspace_id, "tags")
    asked = pages.request(limit=limit, cursor=cursor)
    found = wiring.summarise_gallery(env).tags(caller, limit=asked.limit, after=asked.after)
    return answers.as_json(marks.tag_page(found, asked.limit, pages))


lambda_handler = gateway.entry(app)
