"""Names under which pictures are saved: `<product>-<role>-<n>.<ext>`, in ASCII and as they are."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from easel.domain.generation import Generation
from easel.domain.image import Image

_LONGEST_TITLE: Final = 60
_NO_LETTERS: Final = re.compile(r"[\W_]+")
_UNTITLED: Final = "image"
_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{device}{number}" for device in ("com", "lpt") for number in range(10)}
)
"""Windows takes no file of these names, whatever their extension."""


@dataclass(frozen=True, slots=True)
class FileName:
    """A file's name: `plain` has letters, digits and dashes of ASCII only, `exact` those of every script."""

    plain: str
    exact: str


def picture_name(title: str, role: str | None, number: int, key: str) -> FileName:
    """The name of a picture; `number` is counted from 1. Its extension is that of its object key, which is sniffed."""
    extension = key.rpartition(".")[2]
    ending = f"{number}.{extension}"
    return FileName(
        plain="-".join([_slug(_ascii(title)) or _UNTITLED, *filter(None, [_slug(_ascii(role or ""))]), ending]),
        exact="-".join([_slug(title) or _UNTITLED, *filter(None, [_slug(role or "")]), ending]),
    )


def archive_name(title: str) -> FileName:
    """The name of the ZIP file of a generation."""
    plain, exact = (_archive_title(text) for text in (_ascii(title), title))
    return FileName(plain=f"{plain}.zip", exact=f"{exact}.zip")


def name_in(generation: Generation, image: Image, key: str) -> FileName:
    """The name of one file of an image of this generation."""
    return picture_name(generation.file_title, image.shot, image.index + 1, key)


def _archive_title(title: str) -> str:
    slug = _slug(title) or _UNTITLED
    return f"{slug}-{_UNTITLED}s" if slug in _RESERVED else slug


def _slug(text: str) -> str:
    """Small letters and digits of any script, joined by dashes, cut between words where possible."""
    words = _NO_LETTERS.sub("-", unicodedata.normalize("NFC", text).casefold()).strip("-")
    if len(words) <= _LONGEST_TITLE:
        return words
    cut = words[: _LONGEST_TITLE + 1].rpartition("-")[0]
    return cut or words[:_LONGEST_TITLE]


def _ascii(text: str) -> str:
    # Marks are taken off their letters, so that "Fähre" is "fahre"; letters of other scripts are left out.
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
