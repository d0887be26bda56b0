"""What answers about generations and images depend on besides these: links, our address, and who sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from easel.domain.image import Image
from easel.services.images.links import ImageLinks, LinkOptions, Variant

COSTS: Final = "Null unless the caller owns the workspace or operates the system."
"""Of fields about what providers take."""


class Links(Protocol):
    """What presenters need of `services.links.LinkMaker`."""

    def image_links(self, image: Image) -> ImageLinks | None: ...

    def download_url(self, image: Image, variant: Variant, options: LinkOptions = ...) -> str | None: ...


@dataclass(frozen=True, slots=True)
class AnswerContext:
    """Passed whole from a handler to the presenters. `shows_costs`: whether the caller sees what providers take."""

    links: Links
    base_url: str
    shows_costs: bool

    def cost(self, micro_usd: int) -> int | None:
        """What a provider takes, as this caller sees it: null where it is not theirs to know."""
        return micro_usd if self.shows_costs else None
