"""GET /api/v1/images/{imageId} and its provenance for owners, GET /i/{token} (permalinks, public): images."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.clock import system_clock
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.images import answers as images
from easel.doors.canonical.images import parameters, provenance, words
from easel.http import callers, gateway, parse, pictures
from easel.wiring.env import CoreTable, Links
from easel.wiring.images import read_images as wiring
from easel.wiring.prepared import prepared


class Env(CoreTable, Links):
    """Environment of this function."""


app = gateway.resolver(CANONICAL)


@app.get("/api/v1/images/<imageId>", **words.READ_IMAGE)
def read_image(
    caller: callers.GenerationsRead,
    image_id: parameters.ImageId,
    variant: pictures.VariantChoice = None,
    described: pictures.FormatChoice = None,
    download: pictures.DownloadChoice = None,
    accept: pictures.Accept = None,
) -> Response[images.SingleImageBody | None]:
    env, asked = settings.load(Env), pictures.PictureRequest.read(variant, download, head=app.is_head)
    as_json = pictures.chosen_json(described, accept)
    view = wiring.read_images(env).get(caller, parse.resource_id(image_id, "image"))
    context = wiring.answer_context(env, caller)
    if as_json:
        return images.image_answer(view, context, system_clock())
    return images.picture_answer(view, asked, context, system_clock())


@app.get("/api/v1/images/<imageId>/provenance", **words.READ_PROVENANCE)
def read_provenance(
    caller: callers.GenerationsRead, image_id: parameters.ImageId, sha256: provenance.Sha256 = None
) -> Response[provenance.ImageProvenanceBody]:
    digest, found = provenance.wanted_digest(sha256), parse.resource_id(image_id, "image")
    return provenance.provenance_answer(wiring.read_images(settings.load(Env)).get(caller, found), digest)


@app.get("/i/<token>", **words.READ_PERMALINK)
def read_permalink(
    token: parameters.PermalinkToken,
    variant: pictures.VariantChoice = None,
    download: pictures.DownloadChoice = None,
) -> Response[images.PendingPictureBody | None]:
    env, asked = settings.load(Env), pictures.PictureRequest.read(variant, download, head=app.is_head)
    view = wiring.read_images(env).by_permalink(token)
    return images.permalink_answer(view, asked, links=wiring.links(env))


lambda_handler = gateway.entry(app, prepared(Env, wiring.read_images, wiring.links))
