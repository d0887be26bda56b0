"""The files of seed 000: GET /api/images/{imageId}, GET /api/generations/{generationId}/download."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.shop.door import SHOP
from easel.doors.shop.images import answers as shop
from easel.doors.shop.images import words
from easel.http import callers, gateway, parse, pictures
from easel.observability import request_id
from easel.wiring.env import Links
from easel.wiring.images import archives, read_images


class Env(archives.RequestEnv, Links):
    """Environment of this function."""


app = gateway.resolver(SHOP)


@app.get("/api/images/<imageId>", **words.READ_IMAGE)
def read_image(
    caller: callers.GenerationsRead,
    image_id: words.ImageId,
    variant: pictures.VariantChoice = None,
    described: pictures.FormatChoice = None,
    download: pictures.DownloadChoice = None,
    accept: pictures.Accept = None,
) -> Response[shop.ShopImageAnswer | None]:
    env = settings.load(Env)
    asked = pictures.PictureRequest.read(variant, download, head=app.is_head)
    as_json = pictures.chosen_json(described, accept)
    view, links = read_images.read_images(env).get(caller, parse.resource_id(image_id, "image")), read_images.links(env)
    if as_json:
        return shop.image_answer(view, links, env.PUBLIC_BASE_URL)
    return shop.picture_answer(view, asked, links, env.PUBLIC_BASE_URL)


@app.get("/api/generations/<generationId>/download", **words.DOWNLOAD_GENERATION)
def download_generation(
    caller: callers.GenerationsRead,
    generation_id: words.GenerationId,
    described: pictures.FormatChoice = None,
) -> Response[shop.ShopArchiveAnswer | None]:
    env, as_json = settings.load(Env), pictures.chosen_json(described, None)
    found = parse.resource_id(generation_id, "generation")
    view = archives.request_archive(env)(caller, found, request_id() or "")
    link = read_images.links(env).archive_link(view, archives.key_of, head=app.is_head and not as_json)
    return shop.archive_answer(view, link, as_json=as_json)


lambda_handler = gateway.entry(app)
