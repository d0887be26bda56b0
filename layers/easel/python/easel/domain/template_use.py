"""What a request may say of a prompt template. Apart from `prompts/`, so that requests without one need not load it."""

from __future__ import annotations

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
    """A caller's wish to have prompts made by a template.

    `version` and `shots` are the newest and all of them where they are None. `truncate` allows to shorten the values
    that the template calls truncatable.
    """

    id: str
    variables: Mapping[str, str]
    version: int | None = None
    shots: tuple[str, ...] | None = None
    truncate: bool = False
