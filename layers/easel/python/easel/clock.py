"""Time as an argument: aware, UTC, ISO 8601 with milliseconds and `Z` on the wire."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The current time, aware and in UTC."""
    return datetime.now(UTC)


def to_iso(moment: datetime) -> str:
    """`2026-11-20T10:00:00.000Z`: sorts as text, parses everywhere."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def from_iso(text: str) -> datetime:
    """The inverse of `to_iso`."""
    return datetime.fromisoformat(text)
