"""Numbers with what they count, in sentences for people: `1 image`, `2.5 credits`."""

from __future__ import annotations


def counted(number: float, noun: str, plural: str | None = None) -> str:
    """The number and the noun, in the plural (with an `s` where none is given) unless it is one of it."""
    return f"{number:.12g} {noun if number == 1 else plural or f'{noun}s'}"
