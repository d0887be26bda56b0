"""The price of one generation, as of its submit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class PriceUnit(StrEnum):
    """The unit of a price."""

    GENERATION = "generation"
    IMAGE = "image"
    MEGAPIXEL = "megapixel"

    @property
    def rule(self) -> str:
        """What the unit means, in a sentence for price lists and bills."""
        return _RULES[self]


_RULES: Final[Mapping[PriceUnit, str]] = {
    PriceUnit.GENERATION: "One price for each generation, however many images it has.",
    PriceUnit.IMAGE: "Each image is charged by itself.",
    PriceUnit.MEGAPIXEL: "Each image is charged by itself, by its megapixels.",
}


@dataclass(frozen=True, slots=True)
class Price:
    """The upper bound of what a generation costs: all of its images delivered.

    `total` is in milli-credits. `version` and `plan` identify the rule; later price books do not change it.
    """

    version: str
    plan: str
    unit: PriceUnit
    total: int
    images: int

    def of_image(self, index: int) -> int:
        """The share of one image. All shares together are the total, to the last milli-credit."""
        return self.total * (index + 1) // self.images - self.total * index // self.images

    def of_images(self, indexes: Iterable[int]) -> int:
        """The price of the delivered images: nothing delivered, nothing charged."""
        return sum(self.of_image(index) for index in indexes)
