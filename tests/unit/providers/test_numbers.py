"""Numbers and dates that vendors send: what they may be, and that nothing else gets into a computation."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easel.domain.routing import MAX_RETRY_AFTER_SECONDS, poll_delay
from easel.errors import ProviderError, ProviderErrorClass
from easel.providers.numbers import (
    MAX_TOKENS,
    as_code,
    as_day,
    as_integer,
    as_tokens,
    parse_retry_after,
    read_dollars,
)

NOW = datetime(2026, 11, 28, 16, 0, tzinfo=UTC)
EXTREMES: list[Any] = [
    *(float("nan"), float("inf"), float("-inf"), 1e400, -1e400, 9e99, 5e-324, -0.0, 10**400, -(10**400), 2**63, 2**64),
    *(Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("1e999999"), Decimal("-1e999999")),
    *(
        True,
        False,
        None,
        "",
        " ",
        "NaN",
        "inf",
        "1e400",
        "9e99",
        "-1",
        "+",
        "0x10",
        "٣",
        "½",
        "1,000",
        "1_000",
        "9" * 5000,
    ),
    *([], {}, [1], {"value": 1}, "\ud800", b"1"),
]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1120, 1120),
        (1120.0, 1120),
        ("1120", 1120),
        (" 1120 ", 1120),
        ("1120.0", 1120),
        (Decimal(1120), 1120),
        ("+7", 7),
        (0, 0),
        ("0", 0),
        (-0.0, 0),
        (1120.5, None),
        ("1120.5", None),
        (Decimal("1120.5"), None),
        (-1, None),
        ("-1", None),
        (MAX_TOKENS, MAX_TOKENS),
        (MAX_TOKENS + 1, None),
        (str(MAX_TOKENS + 1), None),
        (float(MAX_TOKENS + 1), None),
        (True, None),
        ("many", None),
    ],
)
def test_a_count_is_the_same_however_it_is_written(value: Any, expected: int | None) -> None:
    assert as_tokens(value) == expected


@pytest.mark.parametrize("value", EXTREMES, ids=lambda value: repr(value)[:20])
def test_what_is_no_number_in_range_is_none_and_never_an_exception(value: Any) -> None:
    for read in (as_tokens, as_code, as_day, read_dollars):
        assert read(value) in {None, 0}
    if isinstance(value, str | None):
        assert parse_retry_after(value, lambda: NOW) is None


@given(st.integers() | st.floats() | st.decimals() | st.text() | st.none() | st.booleans())
def test_an_integer_that_is_read_is_within_its_range(value: Any) -> None:
    found = as_integer(value, at_least=-5, at_most=1000)
    assert found is None or (-5 <= found <= 1000 and type(found) is int)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("1.5", 1.5),
        ("999999999999999999", 999_999_999_999_999_999.0),
        ("Sat, 28 Nov 2026 16:01:00 GMT", 60.0),
        ("Sat, 28 Nov 2026 15:00:00 GMT", 0.0),
        ("Sat, 28 Nov 2026 18:01:00 +0200", 60.0),
        ("Sat, 28 Nov 9999999999999 16:01:00 GMT", None),
        ("Sat, 28 Nov 9999 23:59:59 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        # RFC 5322 reads years of two digits as those of our time.
        ("Mon, 01 Jan 0001 00:00:00 +2359", 0.0),
        ("Sat, 28 Nov 0000 16:01:00 GMT", 0.0),
        ("Sat, 28 Nov 1901 16:01:00 GMT", None),
        ("Sat, 99 Nov 2026 16:01:00 GMT", None),
        ("Sat, 28 Nov 2026 99:99:99 GMT", None),
        ("Sat, 28 Nov 2026 16:01:00 +9999999999", None),
        ("9e99", None),
        ("-1", None),
        ("NaN", None),
        ("Infinity", None),
        ("9" * 5000, None),
        ("1.5.5", None),
        (None, None),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_retry_after_out_of_range_is_none(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header, lambda: NOW) == seconds


_PARTS = st.lists(
    st.sampled_from(
        [
            "Sat,",
            "28",
            "Nov",
            "Feb",
            "2026",
            "9999999999999",
            "-1",
            "16:01:00",
            "99:99",
            "GMT",
            "+9999",
            "-2359",
            "e",
            ":",
        ]
    )
    | st.integers().map(str)
    | st.text(max_size=5),
    max_size=8,
).map(" ".join)


@given(_PARTS | st.text() | st.floats().map(str) | st.integers().map(str))
def test_no_header_is_too_odd_to_wait_by(header: str) -> None:
    seconds = parse_retry_after(header, lambda: NOW)
    assert seconds is None or 0 <= seconds < float("inf")
    error = ProviderError("", provider="p", error_class=ProviderErrorClass.RETRYABLE, retry_after=seconds)
    assert NOW + poll_delay(error.retry_after, timedelta(seconds=1)) < NOW + timedelta(
        seconds=MAX_RETRY_AFTER_SECONDS + 60
    )


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), float("-inf"), -1.0])
def test_an_error_says_to_wait_only_for_what_one_can_wait(seconds: float) -> None:
    error = ProviderError("", provider="p", error_class=ProviderErrorClass.RETRYABLE, retry_after=seconds)
    assert error.retry_after is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-01", date(2026, 12, 1)),
        ("2026-12-01T00:00:00Z", date(2026, 12, 1)),
        ("0001-01-01", None),
        ("9999-12-31", None),
        ("2026-13-01", None),
        ("2026-W49-1", date(2026, 11, 30)),
        ("soon", None),
        (1764547200, None),
        (None, None),
    ],
)
def test_a_day_that_no_model_could_end_on_is_none(text: Any, expected: date | None) -> None:
    assert as_day(text) == expected
