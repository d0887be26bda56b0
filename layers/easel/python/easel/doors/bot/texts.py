"""What people are told in a chat, in Uzbek, Russian and English: short, by code, loaded when something failed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final, cast

DEFAULT_LANGUAGE: Final = "en"
LANGUAGES: Final = (DEFAULT_LANGUAGE, "ru", "uz")
LONGEST_TEXT: Final = 200
"""Of an error shown in a chat."""

_INTERNAL_STATUS: Final = 500
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


def language_of(*wanted: Any) -> str:
    """The first of these that names a language that we have: `uz`, `ru-RU`, an `Accept-Language` header."""
    for text in wanted:
        tags = text.replace("_", "-").split(",") if isinstance(text, str) else []
        for tag in tags:
            language = tag.partition(";")[0].partition("-")[0].strip().lower()
            if language in LANGUAGES:
                return language
    return DEFAULT_LANGUAGE


def text_of(code: str, language: str, values: Mapping[str, Any] | None = None, *, status: int = 400) -> str:
    """The text of a code; a general one, by the status, for a code that has none of its own."""
    texts = _texts()
    fallback = "refused" if status < _INTERNAL_STATUS else "unavailable"
    by_language = texts.get(code) or texts[fallback]
    return _PLACEHOLDER.sub(lambda found: str((values or {}).get(found[1], "")), by_language[language])[:LONGEST_TEXT]


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    text = resources.files(__package__).joinpath("texts.json").read_text("utf-8")
    return cast(Mapping[str, Mapping[str, str]], json.loads(text))
