"""The price of one generation, as of its submit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class PriceUnit(StrEnum):
    """The unit of a price."""

    GENERATION = "generation"
    IMAGE = "image"
    MEGAPIXEL = "megapixel"


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
