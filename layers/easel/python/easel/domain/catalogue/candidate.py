"""A provider's offer of an active model: upstream names, supported parameters and costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from easel.domain.catalogue.supported_sizes import ANYTHING, Canvas
from easel.domain.catalogue.tuning import NO_TUNING, Tuning
from easel.domain.provider import Charge, Finished, TokenUsage, UpstreamParameters
from easel.domain.reference import ReferenceNeeds
from easel.domain.request import Mode

_MEGAPIXEL: Final = 1024 * 1024
_NO_PARAMETERS: Final = UpstreamParameters()


@dataclass(frozen=True, slots=True)
class TokenPrices:
    """A vendor's price per token, in thousandths of a micro-USD: $5 per million is 5000."""

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
    """The cost of a call. `uncertain`: estimated from our price table; the vendor may bill another amount."""

    micro_usd: int
    uncertain: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A provider that can serve the active model `model`, with its own names for it.

    `costs` has the cost of one image in micro-USD, by the parameters sent: `<size> <quality>`, `<size>`,
    `<resolution>`, `<quality>` or else `default`. With `cost_grows` it is per megapixel, for sizes that are not listed.
    `qualities` and `styles` map our values to the vendor's; empty where the vendor has none. `masks`: it takes a mask
    with reference pictures.
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
    masks: bool = False
    cost_grows: bool = False
    tuning: Tuning = NO_TUNING
    token_prices: TokenPrices | None = None

    def takes(self, needs: ReferenceNeeds) -> bool:
        """Whether it takes these reference pictures, and a mask if there is one."""
        return self.max_references >= needs.pictures and (self.masks or not needs.mask)

    @property
    def key(self) -> tuple[str, str]:
        """Identifies a candidate: one provider may offer several equivalent models."""
        return self.provider, self.model

    def upstream_model(self, mode: Mode) -> str:
        return self.text_to_image if mode is Mode.TEXT_TO_IMAGE else self.image_to_image

    def table_cost(self, sent: UpstreamParameters = _NO_PARAMETERS) -> int:
        """The cost of one image by the catalogue's table."""
        size, quality = str(sent.size), str(sent.quality)
        for key in (f"{size} {quality}", size):
            if key in self.costs:
                return self.costs[key]
        cost = next(self.costs[key] for key in (str(sent.resolution), quality, "default") if key in self.costs)
        if self.cost_grows and sent.size is not None and sent.size.pixels > _MEGAPIXEL:
            return -(-cost * sent.size.pixels // _MEGAPIXEL)
        return cost

    def cost_of(self, finished: Finished, sent: UpstreamParameters = _NO_PARAMETERS) -> Cost:
        """The cost of this image: reported by the provider, computed from its token usage, or else from the table.

        Where a provider bills by tokens and does not report them, the table's figure is an estimate.
        """
        charge = Charge(finished.cost_micro_usd, finished.usage)
        return self._cost(charge, sent, uncertain=finished.cost_uncertain or self.token_prices is not None)

    def cost_of_failure(self, charge: Charge, sent: UpstreamParameters = _NO_PARAMETERS) -> Cost:
        """The cost that the provider may bill although it delivered no usable image."""
        return self._cost(charge, sent, uncertain=True)

    def _cost(self, charge: Charge, sent: UpstreamParameters, *, uncertain: bool) -> Cost:
        if charge.cost_micro_usd is not None:
            return Cost(charge.cost_micro_usd)
        table = self.table_cost(sent)
        if charge.usage is None or self.token_prices is None:
            return Cost(table, uncertain)
        metered = self.token_prices.cost_micro_usd(charge.usage)
        # Incomplete usage is a lower bound.
        return Cost(metered) if charge.usage.is_complete else Cost(max(metered, table), uncertain=True)
