"""The price book: rules as data, by plan and model. A model without a rule in every plan cannot be sold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from easel.domain.catalogue import load_catalogue
from easel.domain.generation import ImageParameters, Size
from easel.domain.price import Price, PriceUnit
from easel.errors import InvalidRequest

STANDARD: Final = "standard"
HD: Final = "hd"
ANY: Final = "any"
_MEGAPIXEL: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class PriceStep:
    """One line of a price list: a size, a resolution or `ANY`, in one quality. The price is in milli-credits."""

    option: str
    quality: str
    price: int


@dataclass(frozen=True, slots=True)
class PriceRule:
    """How one model is priced in one plan. Amounts are milli-credits.

    `by_size` has pairs (standard, hd), hd being None where it is not offered; a size between two steps pays for the
    next larger one, one beyond the last pays `per_megapixel_above` for each megapixel begun (twice that in hd).
    """

    unit: PriceUnit
    milli_credits: int = 0
    by_size: Mapping[str, tuple[int, int | None]] | None = None
    by_resolution: Mapping[str, int] | None = None
    per_megapixel_above: int | None = None

    def for_image(self, parameters: ImageParameters, quality: str) -> int:
        """The price of one image (or, for the unit generation, of all of them).

        Raises:
            InvalidRequest: naming the field `quality`, when this size is not offered in it.
        """
        if self.by_resolution is not None:
            return self.by_resolution[parameters.resolution or next(iter(self.by_resolution))]
        if self.by_size is not None and parameters.size is not None:
            return self._by_size(self.by_size, parameters.size, quality)
        if self.unit is PriceUnit.MEGAPIXEL and parameters.size is not None:
            return self.milli_credits * _megapixels(parameters.size)
        return self.milli_credits

    def steps(self) -> list[PriceStep]:
        """Everything that the rule names, for price lists."""
        if self.by_resolution is not None:
            return [PriceStep(resolution, STANDARD, price) for resolution, price in self.by_resolution.items()]
        if self.by_size is None:
            return [PriceStep(ANY, STANDARD, self.milli_credits)]
        return [
            PriceStep(size, quality, price)
            for size, prices in self.by_size.items()
            for quality, price in zip((STANDARD, HD), prices, strict=True)
            if price is not None
        ]

    def _by_size(self, steps: Mapping[str, tuple[int, int | None]], size: Size, quality: str) -> int:
        column = 1 if quality == HD else 0
        fitting = [str(size)] if str(size) in steps else [step for step in steps if _pixels(step) >= size.pixels]
        if not fitting and self.per_megapixel_above is not None:
            return self.per_megapixel_above * _megapixels(size) * (column + 1)
        if not fitting:
            raise KeyError(f"no price for {size}")
        prices = [price for price in (steps[step][column] for step in fitting) if price is not None]
        if not prices:
            raise InvalidRequest.of("quality", f"{size} is not offered in {HD}.", [STANDARD])
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
            InvalidRequest: naming the field `quality`, when the size is not offered in it.
            KeyError: no rule for this model in this plan; such a model must not be offered.
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


def require_prices(book: PriceBook, models: Iterable[str]) -> None:
    """Insist that whatever is for sale has a price in every plan.

    Raises:
        ValueError: naming the model and the plans that lack it.
    """
    for model in models:
        unpriced = [plan for plan in book.plans if not book.has_rule(plan, model)]
        if unpriced:
            raise ValueError(f"{model} is for sale but has no price in {', '.join(unpriced)}")


def _rule(entry: Mapping[str, Any]) -> PriceRule:
    by_size = entry.get("bySize")
    return PriceRule(
        unit=PriceUnit(entry["unit"]),
        milli_credits=entry.get("milliCredits", 0),
        by_size={size: (prices[0], prices[1]) for size, prices in by_size.items()} if by_size else None,
        by_resolution=entry.get("byResolution"),
        per_megapixel_above=entry.get("megapixelAbove"),
    )


def _pixels(step: str) -> int:
    width, height = step.split("x")
    return int(width) * int(height)


def _megapixels(size: Size) -> int:
    """Megapixels begun: a price is never rounded down to nothing."""
    return -(-size.pixels // _MEGAPIXEL)
