"""Numbers with what they count, in sentences for people: `1 image`, `2.5 credits`."""

from __future__ import annotations


def counted(number: float, noun: str) -> str:
    """The number and the noun, with an `s` unless it is one of it."""
    return f"{number:.12g} {noun}" if number == 1 else f"{number:.12g} {noun}s"
