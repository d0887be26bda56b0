"""Amounts as the workspace door shows them: credits, whole where they are whole."""

from __future__ import annotations

from easel.domain.credits import MILLI


def credits_of(milli_credits: int) -> int | float:
    """Milli-credits in credits."""
    whole, rest = divmod(milli_credits, MILLI)
    return milli_credits / MILLI if rest else whole
