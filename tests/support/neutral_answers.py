"""Makes an example of a recorded answer: short, and without anything that is secret or only true of one run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

_START: Final = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
"""The earliest time in every example."""
_MOST_CHARACTERS: Final = 300
"""Of a text."""

_TIME: Final = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_MILLISECONDS: Final = re.compile(r"(?<!\d)1[78]\d{11}(?!\d)")
_SECONDS: Final = range(1_700_000_000, 1_900_000_000)
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FIRST_UUID: Final = 0x019A9F1C5C007ABC8DEF0123456789A0
_REPLACED: Final = (
    (re.compile(r"https?://127\.0\.0\.1:\d+/[a-z]+-[0-9a-f]{12}"), "https://pictures.easel.example"),
    (re.compile(r"https?://(?:127\.0\.0\.1|localhost):\d+"), "https://client.example"),
    (re.compile(r"\?[^\s\"'<>]*(?:ignature|expires|token|ticket)=[^\s\"'<>]*"), "?signature-removed"),
    (re.compile(r"(/(?:i|s|pictures)/)[\w-]{20,}"), r"\1token-removed"),
    (re.compile(r"\b(ek|whsec)_[\w+/=-]{8,}"), r"\1_removed"),
)
_HEXADECIMAL: Final = re.compile(r"\b[0-9a-f]{32,}\b")
_SECRETS: Final = {
    "token": "token-removed",
    "ticket": "ticket-removed",
    "cursor": "cursor-removed",
    "nextCursor": "cursor-removed",
    "next_cursor": "cursor-removed",
    "accessToken": "token-removed",
    "policy": "policy-removed",
    "prefix": "ek_",
    "lastFour": "0000",
    "quoteId": "quote-removed",
    "x-amz-date": "20261120T100000Z",
    "x-amz-signature": "signature-removed",
    "x-amz-credential": "credential-removed",
    "b64_json": "iVBORw0KGgo=",
}
"""Fields whose text is replaced as a whole."""


def neutral(body: Any) -> Any:
    """The example: lists of one entry, texts cut, ids and times that are the same in every example, no secrets."""
    reduced = _first_entries(body)
    return _Replacement(reduced).of(reduced)


def _first_entries(value: Any) -> Any:
    if isinstance(value, list):
        return [_first_entries(entry) for entry in value[:1]]
    if isinstance(value, dict):
        return {key: _first_entries(entry) for key, entry in value.items()}
    return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for entry in value.values() if isinstance(value, dict) else value:
            yield from _texts(entry)


class _Replacement:
    def __init__(self, body: Any) -> None:
        self._ids: dict[str, str] = {}
        times = [_second_of(found) for text in _texts(body) for found in _TIME.findall(text)]
        earliest = min((time for time in times if not _is_midnight(time)), default=_START)
        self._shift = _START - earliest

    def of(self, value: Any, key: str = "") -> Any:
        if isinstance(value, list):
            return [self.of(entry, key) for entry in value]
        if isinstance(value, dict):
            return {self._text(name): self.of(entry, name) for name, entry in value.items()}
        if isinstance(value, str):
            return _SECRETS.get(key) or self._text(value)[:_MOST_CHARACTERS]
        if type(value) is int and value in _SECONDS:
            return int(_START.timestamp())
        return value

    def _text(self, text: str) -> str:
        for pattern, replacement in _REPLACED:
            text = pattern.sub(replacement, text)
        text = _UUID.sub(lambda found: self._id(found[0]), text)
        text = _HEXADECIMAL.sub(lambda found: "0" * len(found[0]), text)
        text = _MILLISECONDS.sub(str(int(_START.timestamp() * 1000)), text)
        return _TIME.sub(lambda found: self._time(found[0]), text)

    def _id(self, found: str) -> str:
        number = f"{_FIRST_UUID + len(self._ids):032x}"
        parts = (number[:8], number[8:12], number[12:16], number[16:20], number[20:])
        return self._ids.setdefault(found, "-".join(parts))

    def _time(self, found: str) -> str:
        time = _second_of(found)
        if _is_midnight(time):
            return found  # the end of a day or of a month
        return f"{time + self._shift:%Y-%m-%dT%H:%M:%S}.000Z"


def _second_of(found: str) -> datetime:
    return datetime.fromisoformat(found).replace(microsecond=0)


def _is_midnight(time: datetime) -> bool:
    return (time.hour, time.minute, time.second) == (0, 0, 0)
