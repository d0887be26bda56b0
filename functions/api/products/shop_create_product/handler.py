"""POST /api/products: create a product of the shop, from a form with its pictures."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.clock import system_clock
from easel.doors.shop.door import SHOP
from easel.doors.shop.products import answers as products
from easel.doors.shop.products import requests, words
from easel.http import callers, gateway
from easel.http.incoming import Incoming
from easel.wiring import products as wiring
from easel.wiring.uploads import accept_upload as uploads

Env = uploads.AcceptEnv

app = gateway.resolver(SHOP)


@app.post("/api/products", status_code=201, **words.CREATE_PRODUCT)
def create_product(caller: callers.GenerationsWrite) -> Response[products.CreatedShopProduct]:
    new = requests.new_product(Incoming(app.current_event.raw_event))
    env = settings.load(Env)
    accepted = uploads.accept_upload(env)(caller, new.files, size=new.size) if new.files else ()
    product = wiring.manage_products(env).create(caller, new.facts, new.all_uploads(accepted))
    return products.created_answer(product, wiring.links(env), now=system_clock())


lambda_handler = gateway.entry(app)
