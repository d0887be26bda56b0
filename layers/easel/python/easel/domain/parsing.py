"""Read dates, times and amounts that callers write. Ranges are checked before any arithmetic.

Everything that a caller writes is read here and nowhere else, because Python's own parsers take more than we document
(week dates, other scripts' digits, commas) and their results overflow in the next addition.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from easel.domain.credits import MILLI

FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 9998
"""The last year that leaves room for a day and an offset on top."""
MAX_MILLI_CREDITS: Final = 10**12
"""A billion credits: the most in one grant or budget. All sums of them stay within what a float shows exactly."""

_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_FRACTION: Final = re.compile(r"\.([0-9]+)")


def parse_day(text: str) -> date:
    """Read an RFC 3339 full-date, such as `2026-11-20`.

    Raises:
        ValueError: anything else, a day that does not exist, or a year outside 1970 to 9998.
    """
    match = _DAY.fullmatch(text)
    if match is None:
        raise ValueError("not a day such as 2026-11-20")
    return _in_range(date(*(int(part) for part in match.groups())))


def parse_time(text: str) -> datetime:
    """Read an RFC 3339 date-time, such as `2026-11-20T10:00:00Z`; the result is in UTC.

    Raises:
        ValueError: anything else, a time that does not exist, or a year outside 1970 to 9998.
    """
    if _TIME.fullmatch(text) is None:
        raise ValueError("not a time such as 2026-11-20T10:00:00Z")
    # Python reads three or six digits of a second, RFC 3339 any number.
    exact = _FRACTION.sub(lambda match: f".{match[1][:6]:0<6}", text.upper().replace(" ", "T"))
    moment = datetime.fromisoformat(exact)
    _in_range(moment.date())
    return moment.astimezone(UTC)


def start_of(day: date) -> datetime:
    """Midnight, in UTC, at the beginning of a day."""
    return datetime.combine(day, time(), UTC)


def end_of(day: date) -> datetime:
    """Midnight, in UTC, at the end of a day that `parse_day` read."""
    return start_of(day + timedelta(days=1))


def parse_credits(credits: float) -> int:
    """Credits as milli-credits.

    Raises:
        ValueError: not a number, more than a billion in either direction, or more than three decimals.
    """
    if not math.isfinite(credits) or abs(credits) * MILLI > MAX_MILLI_CREDITS:
        raise ValueError("out of range")
    exact = Decimal(str(credits)) * MILLI
    if exact != exact.to_integral_value():
        raise ValueError("more than three decimals")
    return int(exact)


def _in_range(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"the year must be from {FIRST_YEAR} to {LAST_YEAR}")
    return day
