"""What price lists show of a model: the price of a request that names nothing but the model, and the range."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from easel.domain.catalogue import Model
from easel.domain.catalogue.supported_sizes import FreeSizes
from easel.domain.pricing.price_book import PriceBook
from easel.domain.request import ImageParameters, Size
from easel.errors import InvalidRequest


@dataclass(frozen=True, slots=True)
class PriceRange:
    """Milli-credits for one image (or one generation, where that is the unit).

    `default` is charged for a request without size, ratio, resolution and quality; no request costs less than `lowest`
    or more than `highest`.
    """

    default: int
    lowest: int
    highest: int


def price_range(book: PriceBook, plan: str, model: Model) -> PriceRange:
    """The range of a model in a plan. Raises KeyError: the plan has no price for the model."""

    def price(parameters: ImageParameters, quality: str) -> int | None:
        try:
            return book.price(plan=plan, model_id=model.id, parameters=parameters, images=1, quality=quality).total
        except InvalidRequest:
            return None  # This size is not offered in this quality, so no request is charged for it.

    default = price(_default_parameters(model), model.default_quality)
    if default is None:
        raise ValueError(f"{model.id} does not offer its default size in its default quality")
    every = [price(parameters, quality) for parameters in _parameters(model) for quality in model.qualities]
    offered = [default, *(one for one in every if one is not None)]
    return PriceRange(default, min(offered), max(offered))


def _default_parameters(model: Model) -> ImageParameters:
    if model.sizes is None:
        return ImageParameters(resolution=model.default_resolution)
    size = model.sizes.default
    return ImageParameters(size=size, resolution=model.default_resolution if size is None else None)


def _parameters(model: Model) -> Iterator[ImageParameters]:
    """Every size, ratio and resolution that a price may depend on; of free sizes the smallest and the largest."""
    if model.sizes is not None:
        yield from (ImageParameters(size=size) for size in (*model.sizes.options, *_extremes(model.sizes.bounds)))
    for ratio in model.aspect_ratios:
        for resolution in model.resolutions or (None,):
            yield ImageParameters(aspect_ratio=ratio, resolution=resolution)


def _extremes(bounds: FreeSizes | None) -> tuple[Size, ...]:
    """Sizes with the fewest and the most pixels within bounds; prices depend on pixels, so their form is no matter."""
    if bounds is None:
        return ()
    fewest = max(bounds.min_pixels, bounds.min_side**2)
    most = min(bounds.max_pixels, bounds.max_side**2)
    return Size(fewest, 1), Size(most, 1)
