"""Prices: a versioned price book, and one computation for quote and charge."""

from easel.domain.price import Price, PriceUnit
from easel.domain.pricing.price_book import PriceBook, PriceRule, load_price_book, price_difference, require_prices
from easel.domain.pricing.price_range import PriceRange, price_range

__all__ = [
    "Price",
    "PriceBook",
    "PriceRange",
    "PriceRule",
    "PriceUnit",
    "load_price_book",
    "price_difference",
    "price_range",
    "require_prices",
]
