"""Numbers and dates that a vendor sends: their range is checked here, before anything is computed with them.

A vendor may write a count as text or with a decimal point, and in a broken answer anything at all. What cannot be what
it claims to be is None, so that its reader has to say what it does without it.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime
from decimal import ROUND_CEILING, Decimal
from email.utils import parsedate_to_datetime
from typing import Any, Final

from easel.clock import Clock, system_clock
from easel.domain.provider import TokenUsage

MAX_TOKENS: Final = 10_000_000
"""A picture takes some thousands; more than this is no count of tokens."""

_MAX_CODE: Final = 999_999
_INTEGER: Final = re.compile(r"[+-]?\d{1,18}(?:\.0{1,9})?", re.ASCII)
_DOLLARS: Final = re.compile(r"\$?\s*\d{1,18}(?:\.\d{1,60})?(?:[eE][+-]?\d{1,6})?", re.ASCII)
_SECONDS: Final = re.compile(r"\d{1,18}(?:\.\d{1,18})?", re.ASCII)
_MAX_HEADER: Final = 100
_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 2999
_MICRO_PER_DOLLAR: Final = 1_000_000
_MAX_DOLLARS: Final = Decimal(1000)
"""For one picture: beyond it the number is no price."""


def as_integer(value: Any, *, at_most: int, at_least: int = 0) -> int | None:
    """A whole number within a range, written as a number or as text; None for anything else.

    `1120`, `1120.0` and `"1120"` are the same. `1120.5`, `"many"`, NaN, infinity and booleans are none.
    """
    number: int | None = None
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, float | Decimal) and _is_finite(value):
        number = int(value) if at_least <= value <= at_most and value == int(value) else None
    elif isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        number = int(value.strip().partition(".")[0])
    return number if number is not None and at_least <= number <= at_most else None


def _is_finite(value: float | Decimal) -> bool:
    # A signaling NaN raises wherever it is looked at.
    return value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)


def as_code(value: Any) -> int | None:
    """A status or error code."""
    return as_integer(value, at_most=_MAX_CODE)


def as_tokens(value: Any) -> int | None:
    """A count of tokens."""
    return as_integer(value, at_most=MAX_TOKENS)


def as_day(value: Any) -> date | None:
    """A day in ISO 8601, perhaps with a time behind it."""
    try:
        day = date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None
    return day if day is not None and _FIRST_YEAR <= day.year <= _LAST_YEAR else None


def read_dollars(value: Any) -> int | None:
    """A price in dollars as micro-USD, exactly; a fraction of one counts as a whole. None when it is no price.

    `value` is a Decimal, a whole number, or either of them as text.
    """
    if isinstance(value, str) and _DOLLARS.fullmatch(value.strip()):
        value = Decimal(value.strip().removeprefix("$").strip())
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    dollars = Decimal(value)
    if not dollars.is_finite() or not 0 <= dollars <= _MAX_DOLLARS:
        return None
    return int((dollars * _MICRO_PER_DOLLAR).to_integral_value(ROUND_CEILING))


def parse_retry_after(value: str | None, clock: Clock = system_clock) -> float | None:
    """Seconds to wait according to a `Retry-After` header (RFC 9110 10.2.3): a number of seconds, or an HTTP date.

    None when there is none or it cannot be read; a date in the past is 0.
    """
    text = (value or "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    moment = _http_date(text)
    return max(0.0, (moment - clock()).total_seconds()) if moment else None


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text[:_MAX_HEADER])
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        # The standard library raises each of them for some text.
        return None
    return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None


class TokenCounts:
    """Reads a vendor's metering, and remembers whether everything that it bills could be read."""

    def __init__(self) -> None:
        self.is_complete = True

    def required(self, value: Any) -> int:
        """A count without which the metering has a hole."""
        count = as_tokens(value)
        if count is None:
            self.is_complete = False
        return count or 0

    def optional(self, value: Any) -> int:
        """A count that may be left out, but not be anything else."""
        return 0 if value is None else self.required(value)

    def check(self, *, holds: bool) -> None:
        """Note whether two statements of the vendor agree."""
        self.is_complete = self.is_complete and holds

    def usage(self, *, text_in: int, image_in: int, text_out: int, image_out: int) -> TokenUsage | None:
        """What was read; None when it is nothing at all."""
        if not (text_in or image_in or text_out or image_out):
            return None
        return TokenUsage(
            text_in=max(0, text_in),
            image_in=max(0, image_in),
            text_out=max(0, text_out),
            image_out=max(0, image_out),
            is_complete=self.is_complete,
        )
