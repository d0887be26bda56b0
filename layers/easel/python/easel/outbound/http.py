"""What every outgoing HTTP request needs: an overall deadline, and URLs parsed in one way."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import httpx

_MAX_PORT: Final = 65535


class Deadline:
    """The time that is left for a piece of work made of several calls."""

    def __init__(self, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._end = monotonic() + seconds

    @property
    def remaining(self) -> float:
        """Seconds, never below zero."""
        return max(0.0, self._end - self._monotonic())


def parse_url(url: str) -> httpx.URL:
    """An address whose port exists; httpx takes any number. Raises httpx.InvalidURL."""
    parsed = httpx.URL(url)
    if parsed.port is not None and not 0 < parsed.port <= _MAX_PORT:
        raise httpx.InvalidURL("no such port")
    return parsed


def origin_of(url: httpx.URL) -> tuple[str, str, int | None]:
    """Scheme, host and port, with the scheme's own port filled in, so that equal origins compare equal."""
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme)
