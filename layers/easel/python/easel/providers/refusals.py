"""Refusals in plain words, in the languages that models answer in. The patterns are data: `refusals.json`, by language.

A refused request must not be shown to another vendor, so a word too many there is better than one too few: a match
costs one image a second try, a miss hands the request on.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from typing import Final

_TECHNICAL: Final = re.compile(
    r"\binternal (?:server )?error\b|\bserver error\b|\btemporarily (?:unavailable|down|disabled)\b"
    r"|\bservice (?:is )?(?:currently )?unavailable\b|\boverload(?:ed)?\b|\btimed? ?out\b|\btimeout\b"
    r"|\bdeadline exceeded\b|\brate limit|\btoo many requests\b|\btry again (?:later|in a)\b"
    r"|\btechnical (?:difficult\w*|issues?|problems?|errors?)\b|\bout of memory\b",
    re.IGNORECASE,
)
_MAX_TEXT: Final = 20_000
_LOOKED_AT: Final = 500
_MIN_WORDS: Final = 3
_MIN_LETTERS: Final = 6
_WORD: Final = re.compile(r"(?<!\S)[\"'(*]*[^\W\d_]{1,25}(?:['\u2019-][^\W\d_]{1,25})*[.,;:!?)\"'*]*(?!\S)")
"""A word between spaces, which base64 has not."""
_OTHER_SCRIPT: Final = re.compile(r"[^\W\d_a-zA-Z\u00c0-\u024f]")


def is_refusal(text: str) -> bool:
    """Whether words of a vendor or its model are a refusal for the content, in an error or in an answer."""
    return bool(_refusal().search(text[:_MAX_TEXT].replace("\u2019", "'")))


def is_technical(text: str) -> bool:
    """Whether words prove that something broke, and that nothing was refused."""
    return bool(_TECHNICAL.search(text[:_MAX_TEXT])) and not is_refusal(text)


def is_prose(text: str) -> bool:
    """Whether a text is words for people: an answer, where a picture was expected."""
    start = text[:_LOOKED_AT]
    return len(_WORD.findall(start)) >= _MIN_WORDS or len(_OTHER_SCRIPT.findall(start)) >= _MIN_LETTERS


@cache
def _refusal() -> re.Pattern[str]:
    """Compiled when first needed: most images are not refused, and compiling takes a while."""
    languages = json.loads(resources.files(__package__).joinpath("refusals.json").read_text("utf-8"))
    return re.compile("|".join(part for parts in languages.values() for part in parts), re.IGNORECASE | re.DOTALL)
