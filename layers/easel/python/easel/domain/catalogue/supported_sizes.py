"""What sizes a provider's model can make, and which of them to ask for.

The finished picture is cut from what is made: scaled until it covers the size asked for, and cut around the centre.
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
"""Beyond whatever anybody makes."""
_SAME_RATIO: Final = 0.03
"""How far apart two ratios may be and still go by one name: vendors' 16:9 is 1376x768."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One thing that a provider can be told to make, and the pixels that come of it."""

    size: Size
    aspect_ratio: str | None = None
    resolution: str | None = None

    def __str__(self) -> str:
        return " ".join(part for part in (self.aspect_ratio, self.resolution) if part) or str(self.size)

    def covers(self, wanted: Size) -> bool:
        return self.size.width >= wanted.width and self.size.height >= wanted.height


class Canvas(Protocol):
    """The sizes of one provider's model."""

    def shapes(self, wanted: Size) -> Sequence[Shape]:
        """The shapes worth considering for `wanted`, never none; one that covers it is among them if any can."""
        ...


@dataclass(frozen=True, slots=True)
class AnySize:
    """Whatever is asked for, ratios and resolutions included."""

    def shapes(self, wanted: Size) -> Sequence[Shape]:
        return (Shape(wanted),)


ANYTHING: Final = AnySize()


@dataclass(frozen=True, slots=True)
class SomeSizes:
    """A handful of sizes, and no other."""

    sizes: tuple[Size, ...]

    def shapes(self, wanted: Size) -> Sequence[Shape]:  # noqa: ARG002 - they are few: each is worth a look
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

    def shapes(self, wanted: Size) -> Sequence[Shape]:
        """The one size that is nearest: `wanted` itself, or the next larger, or the largest of its form."""
        if self.makes(wanted):
            return (Shape(wanted),)
        return (Shape(self._enlarged(wanted) or self._largest(wanted)),)

    def _enlarged(self, wanted: Size) -> Size | None:
        short, long = sorted((wanted.width, wanted.height))
        # What is too small is made with about a megapixel: models draw poorly at the lower end of what they accept.
        to_megapixel = sqrt(_MEGAPIXEL / wanted.pixels) if wanted.pixels < self.min_pixels else 1.0
        scale = max(to_megapixel, self.min_side / short, 1.0)
        short = self._up(short * scale)
        long = self._up(long * scale)
        short = max(short, self._up(long / self.max_ratio))
        size = Size(long, short) if wanted.width >= wanted.height else Size(short, long)
        return size if self.makes(size) else None

    def _largest(self, wanted: Size) -> Size:
        short, long = sorted((wanted.width, wanted.height))
        ratio = min(long / short, self.max_ratio)
        long = self._down(min(self.max_side, sqrt(self.max_pixels * ratio)))
        short = max(self._down(long / ratio), self._up(long / self.max_ratio), self._up(self.min_side))
        return Size(long, short) if wanted.width >= wanted.height else Size(short, long)

    def _up(self, side: float) -> int:
        # The tiniest surplus is the arithmetic's, not the caller's.
        return ceil(side / self.step - 1e-9) * self.step

    def _down(self, side: float) -> int:
        return floor(side / self.step + 1e-9) * self.step


@dataclass(frozen=True, slots=True)
class Ratios:
    """Ratios by name with their pixels at the first resolution; each further resolution multiplies both sides.

    Without `resolutions` there is one, which is not told.
    """

    sizes: Mapping[str, Size]
    resolutions: tuple[str, ...] = ()

    def shapes(self, wanted: Size) -> Sequence[Shape]:  # noqa: ARG002 - they are few: each is worth a look
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


def best_for_size(canvas: Canvas, wanted: Size) -> Shape:
    """The shape from which `wanted` is cut: the least resolution that covers it, then the least cut away.

    If nothing covers it, what has to be enlarged least.
    """
    shapes = canvas.shapes(wanted)
    covering = [shape for shape in shapes if shape.covers(wanted)]
    if not covering:
        return max(shapes, key=lambda shape: (_scale(shape.size, wanted), -_cut_away(shape.size, wanted)))
    return min(covering, key=lambda shape: (_rank(shape), _cut_away(shape.size, wanted), shape.size.pixels))


def best_for_ratio(canvas: Canvas, ratio: str, resolution: str | None) -> Shape:
    """The shape nearest to a ratio that will not be cut, then the nearest resolution that is no smaller."""
    wanted = nominal_size(ratio, resolution)
    shapes = canvas.shapes(wanted)

    def key(shape: Shape) -> tuple[float, bool, int]:
        distance = 0.0 if shape.aspect_ratio == ratio else _ratio_distance(shape.size, wanted)
        # The pixels of one resolution differ a little from ratio to ratio.
        too_small = shape.size.pixels * 4 < wanted.pixels * 3
        return (distance, too_small, -shape.size.pixels if too_small else shape.size.pixels)

    return min(shapes, key=key)


def nominal_size(ratio: str, resolution: str | None = None) -> Size:
    """The pixels that a ratio stands for: about a megapixel, times the resolution."""
    across, down = (int(part) for part in ratio.split(":"))
    side = 1024 * scale_of(resolution or "1k")
    return Size(round(side * sqrt(across / down)), round(side * sqrt(down / across)))


def same_ratio(size: Size, ratio: str) -> bool:
    """Whether a size is what people call by this ratio."""
    return _ratio_distance(size, nominal_size(ratio)) <= _SAME_RATIO


def nearest_ratio(size: Size, ratios: Iterable[str]) -> str:
    """The ratio whose form is nearest to this size."""
    return min(ratios, key=lambda ratio: _ratio_distance(size, nominal_size(ratio)))


def _scale(made: Size, wanted: Size) -> float:
    """How many pixels there are for each one wanted, along the side that is scarcer."""
    return min(made.width / wanted.width, made.height / wanted.height)


def _cut_away(made: Size, wanted: Size) -> float:
    """The part of a picture that is lost when `wanted` is cut from it."""
    scale = _scale(made, wanted)
    return 1 - wanted.pixels * scale * scale / made.pixels


def _ratio_distance(one: Size, other: Size) -> float:
    return abs(log(one.width / one.height) - log(other.width / other.height))


def _rank(shape: Shape) -> int:
    return scale_of(shape.resolution) if shape.resolution else 1
