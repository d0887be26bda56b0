"""The name that may have been meant by one that does not exist."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

_LONGEST: Final = 80
"""Characters that are compared; the time grows with the square of them."""
_ALIKE: Final = 0.75
"""Of 1: above it one or two letters of a word are wrong."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """` Did you mean prompt?` for `promt`, to be added to a sentence; empty when nothing known is alike."""
    spelled = {each.lower(): each for each in known}
    found = difflib.get_close_matches(name[:_LONGEST].lower(), spelled, n=1, cutoff=_ALIKE)
    return f" Did you mean {spelled[found[0]]}?" if found else ""
