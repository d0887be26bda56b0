"""PUT and DELETE /api/products/{productId}: update and delete products of the shop."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.clock import system_clock
from easel.doors.shop.door import SHOP
from easel.doors.shop.products import answers as products
from easel.doors.shop.products import requests, words
from easel.http import callers, gateway, parse
from easel.wiring import products as wiring
from easel.wiring.env import CoreTable, ImagesBucket


class Env(CoreTable, ImagesBucket):
    """Environment of this function."""


app = gateway.resolver(SHOP)


@app.put("/api/products/<productId>", **words.UPDATE_PRODUCT)
def update_product(
    caller: callers.GenerationsWrite,
    product_id: requests.ProductId,
    body: Annotated[requests.UpdateShopProductRequest, Body()],
    if_match: requests.IfMatch = None,
) -> Response[products.ShopProductAnswer]:
    env = settings.load(Env)
    named, version = parse.resource_id(product_id, "product"), requests.version_of(body, if_match)
    product = wiring.manage_products(env).change(caller, named, requests.change_of(body), version=version)
    return products.product_answer(product, wiring.links(env), now=system_clock())


@app.delete("/api/products/<productId>", **words.DELETE_PRODUCT)
def delete_product(
    caller: callers.GenerationsWrite, product_id: requests.ProductId, if_match: requests.IfMatch = None
) -> Response[products.ShopMessage]:
    named, version = parse.resource_id(product_id, "product"), parse.if_match(if_match)
    wiring.manage_products(settings.load(Env)).delete(caller, named, version=version)
    return products.deleted()


lambda_handler = gateway.entry(app)
