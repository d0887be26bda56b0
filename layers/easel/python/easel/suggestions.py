"""What a caller may have meant by a name or value that is not accepted, and what would have been."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, Final

_LONGEST: Final = 80
"""Characters that are compared; the time grows with the square of them."""
_ALIKE: Final = 0.75
"""Of 1: above it one or two letters of a word are wrong."""
_LONGEST_LIST: Final = 160
"""Characters of values in one sentence."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """` Did you mean prompt?` for `promt`, to be added to a sentence; empty when nothing known is alike."""
    spelled = {each.lower(): each for each in known}
    found = difflib.get_close_matches(name[:_LONGEST].lower(), spelled, n=1, cutoff=_ALIKE)
    return f" Did you mean {spelled[found[0]]}?" if found else ""


def allowed_values(allowed: Any, message: str) -> str:
    """` Allowed: low, high.`, to be added to a message that does not name all of these values.

    Empty for what is no list of texts. A long list ends with how many more there are.
    """
    values = allowed if isinstance(allowed, list | tuple) else ()
    if not all(isinstance(value, str) for value in values) or all(value in message for value in values):
        return ""
    counts = range(1, len(values) + 1)
    count = max(count for count in counts if count == 1 or len(", ".join(values[:count])) <= _LONGEST_LIST)
    more = f" and {len(values) - count} more" if count < len(values) else ""
    return f" Allowed: {', '.join(values[:count])}{more}."
