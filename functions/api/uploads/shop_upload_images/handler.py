"""POST /api/upload/product-images (also below /api/v1): the front and back image of a product."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.shop.door import SHOP
from easel.doors.shop.uploads import answers as uploads
from easel.doors.shop.uploads import words
from easel.http import answers, callers, gateway
from easel.http.incoming import Incoming
from easel.http.multipart import read_form
from easel.wiring.uploads import accept_upload as wiring
from easel.wiring.uploads.upload_store import upload_links

Env = wiring.AcceptEnv

app = gateway.resolver(SHOP)


@app.post("/api/upload/product-images", status_code=201, **words.UPLOAD_IMAGES)
def upload_images(caller: callers.GenerationsWrite) -> Response[uploads.ProductImagesBody]:
    incoming = Incoming(app.current_event.raw_event)
    form = read_form(incoming.event, incoming.headers)
    env = settings.load(Env)
    accepted = wiring.accept_upload(env)(caller, uploads.product_files(form), size=form.size)
    return answers.as_json(uploads.product_images_body(accepted, upload_links(env)), status=201)


@app.post("/api/v1/upload/product-images", status_code=201, **words.UPLOAD_IMAGES_V1)
def upload_images_v1(caller: callers.GenerationsWrite) -> Response[uploads.ProductImagesBody]:
    return upload_images(caller)


lambda_handler = gateway.entry(app)
