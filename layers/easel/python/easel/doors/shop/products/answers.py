"""Products as the shop door shows them: `_id`, and the envelopes of seed 000."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from aws_lambda_powertools.event_handler import Response
from pydantic import Field

from easel.clock import to_iso
from easel.domain.product import BACK, FRONT, Product, ProductPicture
from easel.http import answers
from easel.http.models import AnswerModel, Moment
from easel.http.pagination import PageRequest, Pages
from easel.services.products.picture_links import PictureLinks
from easel.services.products.read_products import ProductList

MakeLinks = Callable[[ProductPicture], PictureLinks]


class ShopProductBody(AnswerModel):
    """One product. `_id` and `id` are the same."""

    id_: str = Field(alias="_id")
    id: str
    user_id: str = Field(description="The user who created it.")
    name: str
    color: str | None
    material: str | None
    front_image: str | None = Field(description="A link to the picture: it works for an hour. The same as the next.")
    back_image: str | None
    front_image_url: str | None
    back_image_url: str | None
    version: int = Field(description="Counts the changes. Send it back with a change to have it refused when stale.")
    created_at: Moment
    updated_at: Moment


class ShopProductAnswer(AnswerModel):
    """A product."""

    product: ShopProductBody


class CreatedShopProduct(ShopProductAnswer):
    """A new product, with the links to its pictures beside it."""

    front_image_url: str | None
    back_image_url: str | None


class ShopProductPage(AnswerModel):
    """The newest products first."""

    products: list[ShopProductBody]
    total: int = Field(description="How many products there are in all.")
    page: int | None = Field(description="Null when a cursor was used.")
    limit: int
    next_cursor: str | None = Field(description="Send it back as `cursor`; null on the last page.")


class ShopMessage(AnswerModel):
    """What was done."""

    message: str


def product_body(product: Product, links: MakeLinks) -> ShopProductBody:
    """One product with links to its pictures."""
    front, back = (_url(product, role, links) for role in (FRONT, BACK))
    return ShopProductBody(
        id_=product.id,
        id=product.id,
        user_id=product.user_id,
        name=product.facts.name,
        color=product.facts.color,
        material=product.facts.material,
        front_image=front,
        back_image=back,
        front_image_url=front,
        back_image_url=back,
        version=product.version,
        created_at=to_iso(product.created_at),
        updated_at=to_iso(product.updated_at),
    )


def product_answer(product: Product, links: MakeLinks, *, now: datetime) -> Response[ShopProductAnswer]:
    """`{product}`, with its version as a tag."""
    body = ShopProductAnswer(product=product_body(product, links))
    return answers.as_json(body, headers={"ETag": answers.version_tag(product.version, now)})


def created_answer(product: Product, links: MakeLinks, *, now: datetime) -> Response[CreatedShopProduct]:
    """`{product, frontImageUrl, backImageUrl}`."""
    shown = product_body(product, links)
    body = CreatedShopProduct(product=shown, front_image_url=shown.front_image_url, back_image_url=shown.back_image_url)
    headers = {"ETag": answers.version_tag(product.version, now), "Location": f"/api/products/{product.id}"}
    return answers.as_json(body, status=201, headers=headers)


def product_page(listed: ProductList, requested: PageRequest, pages: Pages, links: MakeLinks) -> ShopProductPage:
    """`{products, total, page, limit}`."""
    bodies, next_cursor = pages.fit(listed.page, lambda product: product_body(product, links))
    return ShopProductPage(
        products=bodies, total=listed.total, page=requested.page, limit=requested.limit, next_cursor=next_cursor
    )


def deleted() -> Response[ShopMessage]:
    """`{message}`."""
    return answers.as_json(ShopMessage(message="Product deleted"))


def _url(product: Product, role: str, links: MakeLinks) -> str | None:
    picture = product.picture(role)
    return links(picture).url if picture else None
