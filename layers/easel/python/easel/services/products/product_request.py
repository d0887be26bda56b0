"""From a product to a request for its pictures: the shots of a template, its facts, its pictures as references."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from easel.domain.prompt_templates import PRODUCT_SHOTS
from easel.domain.reference import Reference, UploadSource
from easel.domain.request import ImageRequest, Origin
from easel.domain.template_use import TemplateUse
from easel.errors import NotFound
from easel.services.accounts.principal import Principal
from easel.services.ports.products import Products

DEFAULT_MODEL: Final = "gemini-pro-vision"
"""As seed 000 names it: an alias, whose successor the catalogue knows."""
_PRODUCT: Final = "productId"
"""The field that the facts and the pictures of a product come from."""


@dataclass(frozen=True, slots=True)
class WantedShots:
    """Which pictures of a product are wanted; `shots` None means all of the template. `sent` is the caller's body."""

    product_id: str
    model: str = DEFAULT_MODEL
    shots: tuple[str, ...] | None = None
    quote_id: str | None = None
    sent: Mapping[str, Any] | None = None


class ProductRequest:
    """Reads a product and makes the request. The generation keeps its facts and pictures as they are now."""

    def __init__(self, *, products: Products) -> None:
        self._products = products

    def __call__(self, principal: Principal, wanted: WantedShots) -> ImageRequest:
        """Raises NotFound: no such product in the caller's workspace."""
        product = self._products.get(principal.workspace_id, wanted.product_id)
        if product is None:
            raise NotFound(f"There is no product {wanted.product_id}.")
        facts, pictures = product.facts.as_values(), product.pictures
        return ImageRequest(
            prompt="",
            model=wanted.model,
            references=tuple(Reference(UploadSource(picture.upload_id), picture.role) for picture in pictures),
            reference_fields=(_PRODUCT,) * len(pictures),
            input_params=dict(wanted.sent or {}),
            quote_id=wanted.quote_id,
            template=TemplateUse(
                PRODUCT_SHOTS, facts, shots=wanted.shots, at="", value_fields=dict.fromkeys(facts, _PRODUCT)
            ),
            origin=Origin(product_id=product.id),
        )
