"""A request's reference to a prompt template. Apart from `prompt_templates/`, which other requests need not import."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from easel.domain.text import is_blank

MAX_VARIABLES: Final = 20
"""Per template."""
ROLE: Final = "[a-z][a-z0-9_-]{0,31}"
"""Pattern of the names of roles and shots."""
ANY_ROLE: Final = "reference"
"""The role of a reference image without a role of its own."""


@dataclass(frozen=True, slots=True)
class TemplateUse:
    """A request for prompts from a template.

    `version` None means the newest, `shots` None means all. `truncate` allows truncating the values of variables that
    the template marks as truncatable. `at` is the path of its fields in the caller's request. `value_fields` are the
    fields that the values come from, by the names of the variables, where they are not in `variables` there.
    """

    id: str
    variables: Mapping[str, str]
    version: int | None = None
    shots: tuple[str, ...] | None = None
    truncate: bool = False
    at: str = "template."
    value_fields: Mapping[str, str] = field(default_factory=dict)

    def field_of(self, variable: str) -> str:
        """The field of the caller's request that a value comes from."""
        return self.value_fields.get(variable, f"{self.at}variables.{variable}")

    def fields_of_values(self) -> list[str]:
        """The fields that all values come from."""
        return list(dict.fromkeys(self.value_fields.values())) or [f"{self.at}variables"]

    def given_values(self) -> dict[str, str]:
        """The cleaned values; empty ones are left out, since they count as missing."""
        values = {name: clean(value) for name, value in self.variables.items()}
        return {name: value for name, value in values.items() if value}


def clean(text: str) -> str:
    """A value as inserted into a prompt: one line, single spaces, no control characters; empty if it is blank."""
    visible = "".join(" " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign for sign in text)
    return "" if is_blank(text) else " ".join(visible.split())
