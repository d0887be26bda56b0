"""What people note about pictures: favourites and tags."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from easel.domain.text import is_blank

MAX_TAGS: Final = 20
"""Tags of one picture."""
LONGEST_TAG: Final = 40
"""Characters. A tag is part of keys, which have at most 1,024 bytes."""


@dataclass(frozen=True, slots=True)
class ImageMarks:
    """The marks of one picture; its tags in alphabetical order."""

    favourite: bool = False
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MarkChange:
    """A change of marks. `favourite` is None where it stays; a tag in both sets is removed."""

    favourite: bool | None = None
    add_tags: frozenset[str] = frozenset()
    remove_tags: frozenset[str] = frozenset()

    def of(self, marks: ImageMarks) -> ImageMarks:
        """The marks after it. May have more than `MAX_TAGS`."""
        favourite = marks.favourite if self.favourite is None else self.favourite
        return ImageMarks(favourite, tuple(sorted((set(marks.tags) | self.add_tags) - self.remove_tags)))


def read_tag(text: str) -> str:
    """A tag as it is stored: one spelling for what reads the same, so in lower case and with single blanks.

    Raises:
        ValueError: nothing to see, a control character, or more than `LONGEST_TAG` characters.
    """
    tag = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    if is_blank(tag) or len(tag) > LONGEST_TAG or any(unicodedata.category(one) in {"Cc", "Cs"} for one in tag):
        raise ValueError(f"{text[:LONGEST_TAG]!r} is no tag")
    return tag


def read_tags(texts: Iterable[str]) -> frozenset[str]:
    """Several of them. Raises ValueError."""
    return frozenset(map(read_tag, texts))
