"""Telegram Stars: what they buy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from easel.domain.credits import MILLI

CURRENCY: Final = "XTR"
"""Telegram's code for Stars."""
MAX_STARS: Final = 10_000_000

_RATE: Final = re.compile(r"([0-9]{1,6})/([1-9][0-9]{0,5})")
_STEPS: Final = (1, 5, 10, 25)


@dataclass(frozen=True, slots=True)
class StarsOffer:
    """Credits for a Star, as a fraction, and the fewest Stars that are taken; a rate of zero sells nothing."""

    rate: Fraction
    minimum: int

    @classmethod
    def of(cls, rate: str, minimum: int) -> StarsOffer:
        """Raises ValueError: a rate that is not written as `1/10`."""
        match = _RATE.fullmatch(rate)
        if match is None:
            raise ValueError("a rate is written as credits/stars, such as 1/10")
        return cls(Fraction(int(match[1]), int(match[2])), minimum)

    @property
    def is_open(self) -> bool:
        return self.rate > 0

    @property
    def presets(self) -> tuple[int, ...]:
        """Numbers of Stars to offer."""
        return tuple(self.minimum * step for step in _STEPS)

    def milli_credits(self, stars: int) -> int:
        """What so many Stars buy, rounded down to a thousandth of a credit."""
        return int(self.rate * stars * MILLI)
