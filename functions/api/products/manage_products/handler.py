"""POST /api/v1/products, PUT and DELETE /api/v1/products/{productId}: create, change and delete products."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.clock import system_clock
from easel.domain.product import facts_from
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.products import answers as products
from easel.doors.canonical.products import requests, words
from easel.http import answers, callers, gateway, parse
from easel.wiring import products as wiring
from easel.wiring.env import CoreTable, ImagesBucket


class Env(CoreTable, ImagesBucket):
    """Environment of this function."""


app = gateway.resolver(CANONICAL)


@app.post("/api/v1/products", status_code=201, **words.CREATE_PRODUCT)
def create_product(
    caller: callers.GenerationsWrite, body: Annotated[requests.CreateProductRequest, Body()]
) -> Response[products.ProductBody]:
    env = settings.load(Env)
    facts = facts_from(requests.facts_given(body))
    product = wiring.manage_products(env).create(caller, facts, requests.uploads_given(body))
    return products.product_answer(product, wiring.links(env), now=system_clock(), created=True)


@app.put("/api/v1/products/<productId>", **words.CHANGE_PRODUCT)
def change_product(
    caller: callers.GenerationsWrite,
    product_id: requests.ProductId,
    body: Annotated[requests.ChangeProductRequest, Body()],
    if_match: requests.IfMatch = None,
) -> Response[products.ProductBody]:
    env = settings.load(Env)
    named, version = parse.resource_id(product_id, "product"), requests.version_of(body, if_match)
    product = wiring.manage_products(env).change(caller, named, requests.change_of(body), version=version)
    return products.product_answer(product, wiring.links(env), now=system_clock())


@app.delete("/api/v1/products/<productId>", status_code=204, **words.DELETE_PRODUCT)
def delete_product(
    caller: callers.GenerationsWrite, product_id: requests.ProductId, if_match: requests.IfMatch = None
) -> Response[None]:
    named, version = parse.resource_id(product_id, "product"), parse.if_match(if_match)
    wiring.manage_products(settings.load(Env)).delete(caller, named, version=version)
    return answers.no_content()


lambda_handler = gateway.entry(app)
