"""POST /api/products: create a product of the shop."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.clock import system_clock
from easel.domain.product import facts_from
from easel.doors.shop.door import SHOP
from easel.doors.shop.products import answers as products
from easel.doors.shop.products import requests, words
from easel.http import callers, gateway
from easel.wiring import products as wiring
from easel.wiring.env import CoreTable, ImagesBucket


class Env(CoreTable, ImagesBucket):
    """Environment of this function."""


app = gateway.resolver(SHOP)


@app.post("/api/products", status_code=201, **words.CREATE_PRODUCT)
def create_product(
    caller: callers.GenerationsWrite, body: Annotated[requests.CreateShopProductRequest, Body()]
) -> Response[products.CreatedShopProduct]:
    env = settings.load(Env)
    facts = facts_from(requests.facts_given(body), required=requests.REQUIRED)
    product = wiring.manage_products(env).create(caller, facts, requests.uploads_given(body))
    return products.created_answer(product, wiring.links(env), now=system_clock())


lambda_handler = gateway.entry(app)
