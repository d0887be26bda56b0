"""GET /api/v1/public/gallery and /api/v1/public/images/{publicationId}: what workspaces have published. Public."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.images import public, words
from easel.errors import NotFound
from easel.http import answers, gateway, parse, pictures
from easel.services.images.links import LinkOptions
from easel.wiring import cursors
from easel.wiring.env import CoreTable, Links, SigningKey
from easel.wiring.images import public as wiring
from easel.wiring.images import read_images


class Env(CoreTable, Links, SigningKey):
    """Environment of this function."""


app = gateway.resolver(CANONICAL)


@app.get("/api/v1/public/gallery", **words.LIST_PUBLIC_GALLERY)
def list_images(limit: public.Limit = None, cursor: public.CursorText = None) -> Response[public.PublicPageBody]:
    env = settings.load(Env)
    pages = public.LISTING.of(cursors.cursor_signer(env), public.OWNER, public.LIST_NAME)
    asked = pages.request(limit=limit, cursor=cursor)
    found = wiring.read_public_gallery(env).page(limit=asked.limit, after=asked.after)
    body = public.public_page(found, asked.limit, pages, env.PUBLIC_BASE_URL)
    return answers.as_json(body, cache=public.CACHE)


@app.get("/api/v1/public/images/<publicationId>", **words.SHOW_PUBLIC_IMAGE)
def show(publication_id: public.PublicationId, variant: pictures.VariantChoice = None) -> Response[Any]:
    env, chosen = settings.load(Env), pictures.chosen_variant(variant)
    identity = parse.resource_id(publication_id, "published image")
    image = wiring.read_public_gallery(env).image(identity)
    url = read_images.links(env).download_url(image, chosen, LinkOptions(head=app.is_head))
    if url is None:
        raise NotFound(f"There is no published image {identity}.")
    return answers.redirect(url, cache=public.CACHE)


lambda_handler = gateway.entry(app)
