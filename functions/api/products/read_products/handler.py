"""GET /api/v1/products and /api/v1/products/{productId}: list and read products."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.clock import system_clock
from easel.doors.canonical import paging
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.products import answers as products
from easel.doors.canonical.products import requests, words
from easel.http import answers, callers, gateway, parse
from easel.wiring import cursors
from easel.wiring import products as wiring
from easel.wiring.env import CoreTable, ImagesBucket, SigningKey


class Env(CoreTable, ImagesBucket, SigningKey):
    """Environment of this function."""


app = gateway.resolver(CANONICAL)


@app.get("/api/v1/products", **words.LIST_PRODUCTS)
def list_products(
    caller: callers.GenerationsRead,
    limit: paging.Limit = None,
    page: paging.PageNumber = None,
    cursor: paging.CursorText = None,
) -> Response[products.ProductPage]:
    env = settings.load(Env)
    pages = paging.NUMBERED.of(cursors.cursor_signer(env), caller.workspace_id, "products")
    requested = pages.request(limit=limit, page=page, cursor=cursor)
    listed = wiring.read_products(env).list(caller, limit=requested.limit, after=requested.after, skip=requested.skip)
    return answers.as_json(products.product_page(listed, requested, pages, wiring.links(env)))


@app.get("/api/v1/products/<productId>", **words.READ_PRODUCT)
def read_product(caller: callers.GenerationsRead, product_id: requests.ProductId) -> Response[products.ProductBody]:
    env = settings.load(Env)
    product = wiring.read_products(env).get(caller, parse.resource_id(product_id, "product"))
    return products.product_answer(product, wiring.links(env), now=system_clock())


lambda_handler = gateway.entry(app)
