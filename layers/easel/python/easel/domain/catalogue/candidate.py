"""A provider's offer of a living model: its names for it, what it can be told, and what it takes for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from easel.domain.catalogue.supported_sizes import ANYTHING, Canvas
from easel.domain.provider import Charge, Finished, TokenUsage, UpstreamParameters
from easel.domain.request import Mode

_MEGAPIXEL: Final = 1024 * 1024
_UNTOLD: Final = UpstreamParameters()


@dataclass(frozen=True, slots=True)
class TokenPrices:
    """What a vendor takes for each kind of token, in thousandths of a micro-USD: $5 per million is 5000."""

    text_in: int
    image_in: int
    text_out: int
    image_out: int

    def cost_micro_usd(self, usage: TokenUsage) -> int:
        """Rounded up to the next micro-USD."""
        total = (
            usage.text_in * self.text_in
            + usage.image_in * self.image_in
            + usage.text_out * self.text_out
            + usage.image_out * self.image_out
        )
        return -(-total // 1000)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a call costs us. `uncertain`: it is our price table's figure, and the vendor may take another one."""

    micro_usd: int
    uncertain: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A provider with its own names for the living model `model`: able to serve one image task.

    `costs` has what one image takes, in micro-USD, by what is told: `<size> <quality>`, `<size>`, `<resolution>`,
    `<quality>` or else `default`. With `cost_grows` a price is that of a megapixel, for sizes that are not listed.
    `qualities` and `styles` lead from our words to the vendor's; empty where the vendor has none.
    """

    provider: str
    model: str
    text_to_image: str
    image_to_image: str
    costs: Mapping[str, int]
    canvas: Canvas = ANYTHING
    formats: tuple[str, ...] = ()
    qualities: Mapping[str, str] = field(default_factory=dict)
    styles: Mapping[str, str] = field(default_factory=dict)
    backgrounds: tuple[str, ...] = ()
    max_references: int = 16
    cost_grows: bool = False
    token_prices: TokenPrices | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What tells candidates apart: one provider may offer several models that can stand in for each other."""
        return self.provider, self.model

    def upstream_model(self, mode: Mode) -> str:
        return self.text_to_image if mode is Mode.TEXT_TO_IMAGE else self.image_to_image

    def table_cost(self, told: UpstreamParameters = _UNTOLD) -> int:
        """What the provider takes for one image, by the catalogue's table."""
        size, quality = str(told.size), str(told.quality)
        for key in (f"{size} {quality}", size):
            if key in self.costs:
                return self.costs[key]
        cost = next(self.costs[key] for key in (str(told.resolution), quality, "default") if key in self.costs)
        if self.cost_grows and told.size is not None and told.size.pixels > _MEGAPIXEL:
            return -(-cost * told.size.pixels // _MEGAPIXEL)
        return cost

    def cost_of(self, finished: Finished, told: UpstreamParameters = _UNTOLD) -> Cost:
        """What the provider takes for this picture: by its own word, by its metering, or else by the table.

        Where it bills by tokens and does not say how many, the table's figure is an estimate.
        """
        charge = Charge(finished.cost_micro_usd, finished.usage)
        return self._cost(charge, told, uncertain=finished.cost_uncertain or self.token_prices is not None)

    def cost_of_failure(self, charge: Charge, told: UpstreamParameters = _UNTOLD) -> Cost:
        """What the provider may take although it delivered nothing of use."""
        return self._cost(charge, told, uncertain=True)

    def _cost(self, charge: Charge, told: UpstreamParameters, *, uncertain: bool) -> Cost:
        if charge.cost_micro_usd is not None:
            return Cost(charge.cost_micro_usd)
        table = self.table_cost(told)
        if charge.usage is None or self.token_prices is None:
            return Cost(table, uncertain)
        metered = self.token_prices.cost_micro_usd(charge.usage)
        # A metering with a hole is a lower bound.
        return Cost(metered) if charge.usage.is_complete else Cost(max(metered, table), uncertain=True)
