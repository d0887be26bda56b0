"""Read the products of a workspace."""

from __future__ import annotations

from dataclasses import dataclass

from easel.domain.product import Product
from easel.errors import NotFound
from easel.services.accounts.principal import Principal
from easel.services.ports.pages import Page
from easel.services.ports.products import Products


@dataclass(frozen=True, slots=True)
class ProductList:
    """One page of products, and how many there are in all."""

    page: Page[Product]
    total: int


class ReadProducts:
    """Reads products. What a list costs does not depend on how many products there are."""

    def __init__(self, *, products: Products) -> None:
        self._products = products

    def get(self, principal: Principal, product_id: str) -> Product:
        """One product. Raises NotFound: none under this id in the caller's workspace."""
        product = self._products.get(principal.workspace_id, product_id)
        if product is None:
            raise NotFound(f"There is no product {product_id}.")
        return product

    def list(self, principal: Principal, *, limit: int, after: str | None, skip: int = 0) -> ProductList:
        """The newest products of the workspace first. `total` is a counter and not a count of what is read."""
        page = self._products.list(principal.workspace_id, limit=limit, after=after, skip=skip)
        return ProductList(page, self._products.total(principal.workspace_id))
