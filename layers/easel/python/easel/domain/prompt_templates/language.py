"""The language of prompt templates: text, `{name}` for a value, and `[[ ... ]]` for a part that may be left out.

    A studio photograph of {name}[[ in {color}]][[, made of {material}]].

A part in double brackets is left out when one of its values is missing. There is nothing else: no expressions, no
formats, no nesting, no escapes. Values are inserted once and not parsed, so a brace in a value is a brace in the
prompt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

NAME: Final = "[a-z][a-zA-Z0-9_]{0,39}"
"""Pattern of variable names."""

_TOKEN: Final = re.compile(
    rf"\{{(?P<name>{NAME})\}}|(?P<open>\[\[)|(?P<close>\]\])|(?P<brace>[{{}}])|[^{{}}\[\]]+|[\[\]]"
)


class TemplateFault(ValueError):
    """A syntax error. The message names the reason and the character, counted from 1."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A placeholder for the value of a variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a template; an optional one is left out when one of its values is missing."""

    pieces: tuple[str | Placeholder, ...]
    optional: bool = False

    @property
    def names(self) -> frozenset[str]:
        return frozenset(piece.name for piece in self.pieces if isinstance(piece, Placeholder))

    def render(self, values: Mapping[str, str]) -> str:
        if self.optional and not self.names <= values.keys():
            return ""
        return "".join(values.get(piece.name, "") if isinstance(piece, Placeholder) else piece for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed template."""

    parts: tuple[Part, ...]

    @property
    def names(self) -> frozenset[str]:
        """All variables of the template."""
        return frozenset().union(*(part.names for part in self.parts))

    @property
    def indispensable(self) -> frozenset[str]:
        """The variables outside of optional parts."""
        return frozenset().union(*(part.names for part in self.parts if not part.optional))

    def uses(self, name: str) -> int:
        """How often a variable occurs."""
        return sum(piece == Placeholder(name) for part in self.parts for piece in part.pieces)

    def render(self, values: Mapping[str, str]) -> str:
        """Render with these values. Never fails: a missing value is rendered as nothing."""
        return "".join(part.render(values) for part in self.parts).strip()


@lru_cache(maxsize=256)
def read_template(text: str) -> Template:
    """Parse a template.

    Raises:
        TemplateFault: a brace outside of a placeholder, unbalanced double brackets, or some without a placeholder.
    """
    parts: list[Part] = []
    pieces: list[str | Placeholder] = []
    opened: int | None = None
    for token in _TOKEN.finditer(text):
        at = token.start() + 1
        if token["brace"]:
            raise TemplateFault(f"The brace at character {at} belongs to no placeholder; write {{name}}.")
        if token["open"]:
            if opened is not None:
                raise TemplateFault(f"The [[ at character {at} stands inside of another one.")
            parts.append(Part(tuple(pieces)))
            pieces, opened = [], at
        elif token["close"]:
            if opened is None:
                raise TemplateFault(f"The ]] at character {at} closes nothing.")
            parts.append(_optional(pieces, opened))
            pieces, opened = [], None
        else:
            pieces.append(Placeholder(token["name"]) if token["name"] else token[0])
    if opened is not None:
        raise TemplateFault(f"The [[ at character {opened} is never closed.")
    parts.append(Part(tuple(pieces)))
    return Template(tuple(part for part in parts if part.pieces))


def _optional(pieces: list[str | Placeholder], opened: int) -> Part:
    part = Part(tuple(pieces), optional=True)
    if not part.names:
        raise TemplateFault(f"The part that begins with [[ at character {opened} has no placeholder to depend on.")
    return part
