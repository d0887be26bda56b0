"""Products as the canonical door shows them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from aws_lambda_powertools.event_handler import Response
from pydantic import Field

from easel.clock import to_iso
from easel.domain.product import Product, ProductPicture
from easel.http import answers
from easel.http.models import AnswerModel, Moment
from easel.http.pagination import PageRequest, Pages
from easel.services.products.picture_links import PictureLinks
from easel.services.products.read_products import ProductList

PRODUCTS_PATH: Final = "/api/v1/products"

MakeLinks = Callable[[ProductPicture], PictureLinks]


class ProductPictureBody(AnswerModel):
    """A picture of a product."""

    role: str = Field(description="What it shows: `front` or `back`.")
    upload_id: str
    media_type: str
    width: int
    height: int
    url: str = Field(
        description="A link to the picture. It works until `urlExpiresAt`; read the product for a new one."
    )
    thumbnail_url: str
    url_expires_at: Moment


class ProductBody(AnswerModel):
    """One product of the workspace."""

    id: str
    version: int = Field(description="Counts the changes. Send it as `If-Match` to change what you have read.")
    name: str
    color: str | None
    material: str | None
    pictures: list[ProductPictureBody]
    created_by: str = Field(description="The user who created it.")
    created_at: Moment
    updated_at: Moment


class ProductPage(AnswerModel):
    """The newest products of the workspace first."""

    products: list[ProductBody]
    total: int = Field(description="How many products the workspace has.")
    limit: int
    page: int | None = Field(description="The page asked for by number; null when a cursor was used.")
    next_cursor: str | None = Field(description="Send it back as `cursor`; null on the last page.")


def product_body(product: Product, links: MakeLinks) -> ProductBody:
    """One product with its pictures."""
    return ProductBody(
        id=product.id,
        version=product.version,
        name=product.facts.name,
        color=product.facts.color,
        material=product.facts.material,
        pictures=[_picture_body(picture, links(picture)) for picture in product.pictures],
        created_by=product.user_id,
        created_at=to_iso(product.created_at),
        updated_at=to_iso(product.updated_at),
    )


def product_answer(
    product: Product, links: MakeLinks, *, now: datetime, created: bool = False
) -> Response[ProductBody]:
    """A product with its version as a tag, to change it by and to ask again by."""
    location = {"Location": f"{PRODUCTS_PATH}/{product.id}"} if created else {}
    headers = {"ETag": answers.version_tag(product.version, now), **location}
    return answers.as_json(product_body(product, links), status=201 if created else 200, headers=headers)


def product_page(listed: ProductList, requested: PageRequest, pages: Pages, links: MakeLinks) -> ProductPage:
    """One page of products."""
    bodies, next_cursor = pages.fit(listed.page, lambda product: product_body(product, links))
    return ProductPage(
        products=bodies, total=listed.total, limit=requested.limit, page=requested.page, next_cursor=next_cursor
    )


def _picture_body(picture: ProductPicture, links: PictureLinks) -> ProductPictureBody:
    return ProductPictureBody(
        role=picture.role,
        upload_id=picture.upload_id,
        media_type=picture.media_type,
        width=picture.width,
        height=picture.height,
        url=links.url,
        thumbnail_url=links.thumbnail_url,
        url_expires_at=to_iso(links.expires_at),
    )
