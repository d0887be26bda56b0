"""What a request may say of a prompt template. Apart from `prompts/`, so that requests without one need not load it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

MAX_VARIABLES: Final = 20
"""Of a template."""
ROLE: Final = "[a-z][a-z0-9_-]{0,31}"
"""How roles of reference pictures are called, and shots."""
ANY_ROLE: Final = "reference"
"""The role of a picture of which nothing more is said."""


@dataclass(frozen=True, slots=True)
class TemplateUse:
    """A request to have prompts made by a template.

    `version` and `shots` are the newest and all of them where they are None. `truncate` allows to shorten the values
    that the template calls truncatable.
    """

    id: str
    variables: Mapping[str, str]
    version: int | None = None
    shots: tuple[str, ...] | None = None
    truncate: bool = False

    def given_values(self) -> dict[str, str]:
        """The values as they go into prompts, without those that are empty: they count as missing."""
        values = {name: clean(value) for name, value in self.variables.items()}
        return {name: value for name, value in values.items() if value}


def clean(text: str) -> str:
    """A value as it goes into a prompt: one line, single blanks, no control characters."""
    visible = "".join(" " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign for sign in text)
    return " ".join(visible.split())
