"""The price book: rules as data, by plan and model. A model needs a rule in every plan."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from easel.domain.catalogue import Model, load_catalogue
from easel.domain.catalogue.supported_sizes import nominal_size
from easel.domain.price import Price, PriceUnit
from easel.domain.request import ImageParameters, Size
from easel.errors import InvalidRequest

STANDARD: Final = "standard"
ANY: Final = "any"
_MEGAPIXEL: Final = 1024 * 1024
_SPARE: Final = 1.1
"""Tolerance: the pixels of one resolution differ by this factor between ratios."""

Prices = Mapping[str, int]
"""Milli-credits by quality, the default quality first."""


@dataclass(frozen=True, slots=True)
class PriceStep:
    """One line of a price list: a size, a resolution or `ANY`, in one quality. The price is in milli-credits."""

    option: str
    quality: str
    price: int


@dataclass(frozen=True, slots=True)
class PriceRule:
    """The price of one model in one plan. Amounts are milli-credits.

    A size between two steps of `by_size` costs as the next larger one; above the last, `per_megapixel_above` per
    started megapixel. A ratio counts with its nominal size.
    """

    unit: PriceUnit
    milli_credits: int = 0
    by_size: Mapping[str, Prices] | None = None
    by_resolution: Mapping[str, int] | None = None
    per_megapixel_above: Prices | None = None

    def for_image(self, parameters: ImageParameters, quality: str) -> int:
        """The price of one image (or, for the unit generation, of all of them).

        Raises:
            InvalidRequest: for the field `quality`, when the size is not offered in it.
        """
        if self.by_resolution is not None:
            return self.by_resolution[_resolution_of(parameters, self.by_resolution)]
        size = parameters.size or nominal_size(parameters.aspect_ratio or "1:1", parameters.resolution)
        if self.by_size is not None:
            return self._by_size(self.by_size, size, quality)
        if self.unit is PriceUnit.MEGAPIXEL:
            return self.milli_credits * _megapixels(size)
        return self.milli_credits

    def steps(self) -> list[PriceStep]:
        """All prices of the rule, for price lists."""
        if self.by_resolution is not None:
            return [PriceStep(resolution, STANDARD, price) for resolution, price in self.by_resolution.items()]
        if self.by_size is None:
            return [PriceStep(ANY, STANDARD, self.milli_credits)]
        return [
            PriceStep(size, quality, price)
            for size, prices in self.by_size.items()
            for quality, price in prices.items()
        ]

    def _by_size(self, steps: Mapping[str, Prices], size: Size, quality: str) -> int:
        fitting = [str(size)] if str(size) in steps else [step for step in steps if _pixels(step) >= size.pixels]
        offers = [steps[step] for step in fitting]
        if not offers and self.per_megapixel_above is not None:
            above = self.per_megapixel_above
            offers = [{name: price * _megapixels(size) for name, price in above.items()}]
        if not offers:
            raise KeyError(f"no price for {size}")
        prices = [offer[quality] for offer in offers if quality in offer]
        if not prices:
            raise InvalidRequest.of("quality", f"{size} is not offered in {quality}.", list(offers[0]))
        return min(prices)


class PriceBook:
    """One version of all prices."""

    def __init__(self, version: str, rules: Mapping[tuple[str, str], PriceRule]) -> None:
        self.version = version
        self._rules = rules
        self.plans = tuple(sorted({plan for plan, _ in rules}))

    def has_rule(self, plan: str, model_id: str) -> bool:
        return (plan, model_id) in self._rules

    def rule(self, plan: str, model_id: str) -> PriceRule:
        """Raises KeyError: no rule for this model in this plan."""
        return self._rules[plan, model_id]

    def price(
        self, *, plan: str, model_id: str, parameters: ImageParameters, images: int, quality: str = STANDARD
    ) -> Price:
        """The price of a generation: the one computation behind quote and charge.

        Raises:
            InvalidRequest: for the field `quality`, when the size is not offered in it.
            KeyError: no rule for this model in this plan.
        """
        rule = self._rules[plan, model_id]
        each = rule.for_image(parameters, quality)
        total = each if rule.unit is PriceUnit.GENERATION else each * images
        return Price(self.version, plan, rule.unit, total, images)


@cache
def load_price_book() -> PriceBook:
    """The price book that ships with this release.

    Raises:
        ValueError: a model of the catalogue has no rule in some plan.
    """
    data = json.loads(resources.files(__package__).joinpath("price_book.json").read_text("utf-8"))
    rules = {name: _rule(entry) for name, entry in data["rules"].items()}
    lists = data["plans"].items()
    book = PriceBook(
        data["version"], {(plan, model): rules[name] for plan, names in lists for model, name in names.items()}
    )
    require_prices(book, [model.id for model in load_catalogue().models()])
    return book


def price_difference(book: PriceBook, plan: str, model: Model, successor: Model) -> int:
    """The price of the successor minus that of `model`, in milli-credits per image in the default size of `model`."""
    asked = ImageParameters(
        size=model.sizes.default if model.sizes else None,
        resolution=None if model.sizes else model.default_resolution,
    )

    def price(named: Model) -> int:
        quality = named.default_quality
        return book.price(plan=plan, model_id=named.id, parameters=asked, images=1, quality=quality).total

    return price(successor) - price(model)


def require_prices(book: PriceBook, models: Iterable[str]) -> None:
    """Check that every model has a price in every plan.

    Raises:
        ValueError: names the model and the plans without a price.
    """
    for model in models:
        unpriced = [plan for plan in book.plans if not book.has_rule(plan, model)]
        if unpriced:
            raise ValueError(f"{model} has no price in {', '.join(unpriced)}")


def _rule(entry: Mapping[str, Any]) -> PriceRule:
    return PriceRule(
        unit=PriceUnit(entry["unit"]),
        milli_credits=entry.get("milliCredits", 0),
        by_size=entry.get("bySize"),
        by_resolution=entry.get("byResolution"),
        per_megapixel_above=entry.get("megapixelAbove"),
    )


def _resolution_of(parameters: ImageParameters, resolutions: Iterable[str]) -> str:
    """The requested resolution, or the smallest with the requested pixels."""
    levels = list(resolutions)
    if parameters.size is None:
        return parameters.resolution or levels[0]
    needed = parameters.size.pixels
    return next((level for level in levels if needed <= _SPARE * nominal_size("1:1", level).pixels), levels[-1])


def _pixels(step: str) -> int:
    width, height = step.split("x")
    return int(width) * int(height)


def _megapixels(size: Size) -> int:
    """Started megapixels: a price is never rounded down to zero."""
    return -(-size.pixels // _MEGAPIXEL)
