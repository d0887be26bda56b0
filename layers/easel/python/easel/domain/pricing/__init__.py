"""What a generation costs the customer: a versioned price book, and one computation for quote and charge."""

from easel.domain.price import Price, PriceUnit
from easel.domain.pricing.price_book import PriceBook, PriceRule, load_price_book, price_difference, require_prices

__all__ = ["Price", "PriceBook", "PriceRule", "PriceUnit", "load_price_book", "price_difference", "require_prices"]
