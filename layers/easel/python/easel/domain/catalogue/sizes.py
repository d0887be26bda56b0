"""The pixel sizes that callers may request from a model."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Any

from easel.domain.catalogue.supported_sizes import ANY_RATIO, FreeSizes
from easel.domain.request import Size


@dataclass(frozen=True, slots=True)
class SizeRule:
    """`options` are suggestions within `bounds`; without bounds they are the only sizes.

    `default` is for requests without a size; None where ratios are the usual parameter.
    """

    default: Size | None
    options: tuple[Size, ...]
    bounds: FreeSizes | None = None

    @property
    def min_side(self) -> int:
        return self.bounds.min_side if self.bounds else min(min(size.width, size.height) for size in self.options)

    @property
    def max_side(self) -> int:
        return self.bounds.max_side if self.bounds else max(max(size.width, size.height) for size in self.options)

    def allows(self, size: Size) -> bool:
        return self.bounds.makes(size) if self.bounds else size in self.options

    def nearest(self, size: Size) -> Size:
        """The allowed size nearest to `size`."""
        target = Size(max(1, size.width), max(1, size.height))
        if self.bounds:
            return self.bounds.shapes(target)[0].size
        return min(self.options, key=lambda option: _distance(option, target))

    def describe(self) -> dict[str, Any]:
        """The allowed values, for error responses and schemas."""
        options = [str(size) for size in self.options]
        if self.bounds is None:
            return {"sizes": options}
        bounds = {"minSide": self.min_side, "maxSide": self.max_side}
        unbounded = FreeSizes(self.min_side, self.max_side)
        for name, key in (
            ("step", "step"),
            ("max_ratio", "maxRatio"),
            ("min_pixels", "minPixels"),
            ("max_pixels", "maxPixels"),
        ):
            value = getattr(self.bounds, name)
            if value != getattr(unbounded, name):
                bounds[key] = value
        return {**bounds, "examples": options}

    def sentence(self) -> str:
        """The rule as text, to follow a colon."""
        if self.bounds is None:
            return f"choose one of {', '.join(str(option) for option in self.options)}."
        words = f"each side must be from {self.min_side} to {self.max_side} pixels"
        if self.bounds.step > 1:
            words += f" and a multiple of {self.bounds.step}"
        if self.bounds.max_ratio < ANY_RATIO:
            words += f", no side more than {self.bounds.max_ratio} times the other"
        if self.bounds.min_pixels > 1:
            words += f", {self.bounds.min_pixels} to {self.bounds.max_pixels} pixels in all"
        return f"{words}."


def _distance(one: Size, other: Size) -> float:
    return abs(log(one.width / other.width)) + abs(log(one.height / other.height))
