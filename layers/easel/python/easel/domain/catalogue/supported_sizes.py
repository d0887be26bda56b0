"""The sizes that a provider's model can make, and which of them to request.

The finished image is made from the result: scaled until it covers the requested size, then cropped around the centre.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log, sqrt
from typing import Final, Protocol

from easel.domain.request import Size

_MEGAPIXEL: Final = 1024 * 1024
ANY_RATIO: Final = 100
ANY_PIXELS: Final = 100_000_000
"""Larger than any vendor makes."""
_SAME_RATIO: Final = 0.03
"""Tolerance between two ratios of the same name: some vendors' 16:9 is 1376x768."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One size, or ratio and resolution, that a provider can make, with its pixels."""

    size: Size
    aspect_ratio: str | None = None
    resolution: str | None = None

    def __str__(self) -> str:
        return " ".join(part for part in (self.aspect_ratio, self.resolution) if part) or str(self.size)

    def covers(self, requested: Size) -> bool:
        return self.size.width >= requested.width and self.size.height >= requested.height


class Canvas(Protocol):
    """The sizes of one provider's model."""

    def shapes(self, requested: Size) -> Sequence[Shape]:
        """Candidate shapes for `requested`, at least one; if any shape covers it, one of these does."""
        ...


@dataclass(frozen=True, slots=True)
class AnySize:
    """Any size, ratio and resolution."""

    def shapes(self, requested: Size) -> Sequence[Shape]:
        return (Shape(requested),)


ANYTHING: Final = AnySize()


@dataclass(frozen=True, slots=True)
class SomeSizes:
    """A fixed list of sizes."""

    sizes: tuple[Size, ...]

    def shapes(self, requested: Size) -> Sequence[Shape]:  # noqa: ARG002 - there are few: all are considered
        return tuple(Shape(size) for size in self.sizes)


@dataclass(frozen=True, slots=True)
class FreeSizes:
    """Any size within bounds: sides that are multiples of `step`, none more than `max_ratio` times the other."""

    min_side: int
    max_side: int
    step: int = 1
    min_pixels: int = 1
    max_pixels: int = ANY_PIXELS
    max_ratio: int = ANY_RATIO

    def makes(self, size: Size) -> bool:
        short, long = sorted((size.width, size.height))
        return (
            self.min_side <= short
            and long <= self.max_side
            and long <= short * self.max_ratio
            and self.min_pixels <= size.pixels <= self.max_pixels
            and size.width % self.step == size.height % self.step == 0
        )

    def shapes(self, requested: Size) -> Sequence[Shape]:
        """The nearest size: `requested` itself, the next larger one, or the largest of its aspect ratio."""
        if self.makes(requested):
            return (Shape(requested),)
        return (Shape(self._enlarged(requested) or self._largest(requested)),)

    def _enlarged(self, requested: Size) -> Size | None:
        short, long = sorted((requested.width, requested.height))
        # Smaller sizes are made with about a megapixel: models draw poorly at their lower limit.
        to_megapixel = sqrt(_MEGAPIXEL / requested.pixels) if requested.pixels < self.min_pixels else 1.0
        scale = max(to_megapixel, self.min_side / short, 1.0)
        short = self._up(short * scale)
        long = self._up(long * scale)
        short = max(short, self._up(long / self.max_ratio))
        size = Size(long, short) if requested.width >= requested.height else Size(short, long)
        return size if self.makes(size) else None

    def _largest(self, requested: Size) -> Size:
        short, long = sorted((requested.width, requested.height))
        ratio = min(long / short, self.max_ratio)
        long = self._down(min(self.max_side, sqrt(self.max_pixels * ratio)))
        short = max(self._down(long / ratio), self._up(long / self.max_ratio), self._up(self.min_side))
        return Size(long, short) if requested.width >= requested.height else Size(short, long)

    def _up(self, side: float) -> int:
        # Ignore rounding errors.
        return ceil(side / self.step - 1e-9) * self.step

    def _down(self, side: float) -> int:
        return floor(side / self.step + 1e-9) * self.step


@dataclass(frozen=True, slots=True)
class Ratios:
    """Ratios by name with their pixels at the first resolution; each further resolution multiplies both sides.

    Without `resolutions` there is one, which is not sent.
    """

    sizes: Mapping[str, Size]
    resolutions: tuple[str, ...] = ()

    def shapes(self, requested: Size) -> Sequence[Shape]:  # noqa: ARG002 - there are few: all are considered
        if not self.resolutions:
            return tuple(Shape(size, ratio) for ratio, size in self.sizes.items())
        return tuple(self.shape(ratio, resolution) for ratio in self.sizes for resolution in self.resolutions)

    def shape(self, ratio: str, resolution: str | None) -> Shape:
        if resolution is None:
            return Shape(self.sizes[ratio], ratio)
        factor = scale_of(resolution)
        size = self.sizes[ratio]
        return Shape(Size(size.width * factor, size.height * factor), ratio, resolution)


def scale_of(resolution: str) -> int:
    """`2k` is twice the sides of `1k`."""
    return int(resolution.removesuffix("k"))


def best_for_size(canvas: Canvas, requested: Size) -> Shape:
    """The shape to make `requested` from: the smallest resolution that covers it, then the least cropping.

    If none covers it, the one that is enlarged least.
    """
    shapes = canvas.shapes(requested)
    covering = [shape for shape in shapes if shape.covers(requested)]
    if not covering:
        return max(shapes, key=lambda shape: (_scale(shape.size, requested), -_cut_away(shape.size, requested)))
    return min(covering, key=lambda shape: (_rank(shape), _cut_away(shape.size, requested), shape.size.pixels))


def best_for_ratio(canvas: Canvas, ratio: str, resolution: str | None) -> Shape:
    """The shape nearest to a ratio, then the nearest resolution that is not smaller."""
    requested = nominal_size(ratio, resolution)
    shapes = canvas.shapes(requested)

    def key(shape: Shape) -> tuple[float, bool, int]:
        distance = 0.0 if shape.aspect_ratio == ratio else _ratio_distance(shape.size, requested)
        # The pixels of one resolution differ a little from ratio to ratio.
        too_small = shape.size.pixels * 4 < requested.pixels * 3
        return (distance, too_small, -shape.size.pixels if too_small else shape.size.pixels)

    return min(shapes, key=key)


def nominal_size(ratio: str, resolution: str | None = None) -> Size:
    """The nominal size of a ratio: about a megapixel, times the resolution."""
    across, down = (int(part) for part in ratio.split(":"))
    side = 1024 * scale_of(resolution or "1k")
    return Size(round(side * sqrt(across / down)), round(side * sqrt(down / across)))


def same_ratio(size: Size, ratio: str) -> bool:
    """Whether a size has this ratio, within the tolerance."""
    return _ratio_distance(size, nominal_size(ratio)) <= _SAME_RATIO


def nearest_ratio(size: Size, ratios: Iterable[str]) -> str:
    """The ratio nearest to this size."""
    return min(ratios, key=lambda ratio: _ratio_distance(size, nominal_size(ratio)))


def _scale(made: Size, requested: Size) -> float:
    """The scale from `requested` to `shape` along the tighter side."""
    return min(made.width / requested.width, made.height / requested.height)


def _cut_away(made: Size, requested: Size) -> float:
    """The share of an image that is cropped to get `requested`."""
    scale = _scale(made, requested)
    return 1 - requested.pixels * scale * scale / made.pixels


def _ratio_distance(one: Size, other: Size) -> float:
    return abs(log(one.width / one.height) - log(other.width / other.height))


def _rank(shape: Shape) -> int:
    return scale_of(shape.resolution) if shape.resolution else 1
