"""GET /api/products and /api/products/{productId}: the shop's lists and products."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.clock import system_clock
from easel.doors.shop import paging
from easel.doors.shop.door import SHOP
from easel.doors.shop.products import answers as products
from easel.doors.shop.products import requests, words
from easel.http import answers, callers, gateway, parse
from easel.wiring import cursors
from easel.wiring import products as wiring
from easel.wiring.env import CoreTable, ImagesBucket, SigningKey


class Env(CoreTable, ImagesBucket, SigningKey):
    """Environment of this function."""


app = gateway.resolver(SHOP)


@app.get("/api/products", **words.LIST_PRODUCTS)
def list_products(
    caller: callers.GenerationsRead,
    page: paging.PageNumber = None,
    limit: paging.Limit = None,
    cursor: paging.CursorText = None,
) -> Response[products.ShopProductPage]:
    env = settings.load(Env)
    pages = paging.LISTING.of(cursors.cursor_signer(env), caller.workspace_id, "products")
    requested = pages.request(limit=limit, page=page, cursor=cursor)
    listed = wiring.read_products(env).list(caller, limit=requested.limit, after=requested.after, skip=requested.skip)
    return answers.as_json(products.product_page(listed, requested, pages, wiring.links(env)))


@app.get("/api/products/<productId>", **words.READ_PRODUCT)
def read_product(
    caller: callers.GenerationsRead, product_id: requests.ProductId
) -> Response[products.ShopProductAnswer]:
    env = settings.load(Env)
    product = wiring.read_products(env).get(caller, parse.resource_id(product_id, "product"))
    return products.product_answer(product, wiring.links(env), now=system_clock())


lambda_handler = gateway.entry(app)
