"""A product of a shop: what it is, and the pictures that show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Final

from easel.domain.template_use import clean
from easel.errors import FieldError, InvalidRequest

FRONT: Final = "front"
BACK: Final = "back"
ROLES: Final = (FRONT, BACK)
"""What the pictures of a product may show, in the order in which a model gets them."""

LONGEST: Final[Mapping[str, int]] = {"name": 200, "color": 100, "material": 100}
"""Characters of each fact: what the template of product shots takes."""
FIRST_VERSION: Final = 1
DELETED_LIFETIME: Final = timedelta(days=90)
"""How long the record of a deleted product is kept."""


@dataclass(frozen=True, slots=True)
class ProductPicture:
    """A picture of a product: the upload that brought it, and where the checked files lie."""

    role: str
    upload_id: str
    key: str
    thumbnail_key: str
    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What a product is, in words. None is a fact that was not stated."""

    name: str
    color: str | None = None
    material: str | None = None

    def as_values(self) -> dict[str, str]:
        """The facts that are there, by their names, as the template of product shots takes them."""
        values = {fact.name: getattr(self, fact.name) for fact in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Product:
    """One product of a workspace. `version` counts its changes; `user_id` is who created it."""

    id: str
    workspace_id: str
    user_id: str
    facts: ProductFacts
    created_at: datetime
    updated_at: datetime
    pictures: tuple[ProductPicture, ...] = ()
    version: int = FIRST_VERSION

    def picture(self, role: str) -> ProductPicture | None:
        """The picture that shows this side."""
        return next((picture for picture in self.pictures if picture.role == role), None)

    @property
    def upload_ids(self) -> frozenset[str]:
        """The uploads that it uses."""
        return frozenset(picture.upload_id for picture in self.pictures)


@dataclass(frozen=True, slots=True)
class ProductChange:
    """What a caller wants to be different: facts and uploads by their names and roles. What is not named stays.

    An empty text, or no upload, takes away what was there.
    """

    facts: Mapping[str, str | None] = field(default_factory=dict)
    uploads: Mapping[str, str | None] = field(default_factory=dict)


def facts_from(given: Mapping[str, str | None], *, required: Iterable[str] = ("name",)) -> ProductFacts:
    """Facts as a caller wrote them, on one line each.

    Raises:
        InvalidRequest: one `FieldError` for each that is missing or too long.
    """
    values = {name: clean(given.get(name) or "") for name in LONGEST}
    faults = [fault for name, value in values.items() if (fault := _fault(name, value, needed=name in set(required)))]
    if faults:
        raise InvalidRequest(faults[0].message, faults)
    return ProductFacts(values["name"], values["color"] or None, values["material"] or None)


def changed_facts(facts: ProductFacts, change: Mapping[str, str | None]) -> ProductFacts:
    """Facts after a change of some. Raises InvalidRequest."""
    before: dict[str, str | None] = {name: getattr(facts, name) for name in LONGEST}
    return facts_from(before | dict(change))


def changed(product: Product, facts: ProductFacts, pictures: Iterable[ProductPicture], now: datetime) -> Product:
    """The next version of a product; the same product where nothing is different."""
    ordered = tuple(sorted(pictures, key=lambda picture: ROLES.index(picture.role)))
    if (facts, ordered) == (product.facts, product.pictures):
        return product
    return replace(product, facts=facts, pictures=ordered, version=product.version + 1, updated_at=now)


def _fault(name: str, value: str, *, needed: bool) -> FieldError | None:
    limits = {"minLength": 1, "maxLength": LONGEST[name]} if needed else {"maxLength": LONGEST[name]}
    if needed and not value:
        return FieldError(name, f"{name} is required.", limits)
    if len(value) > LONGEST[name]:
        return FieldError(name, f"{name} has {len(value)} characters; at most {LONGEST[name]} are taken.", limits)
    return None
