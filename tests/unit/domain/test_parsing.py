"""Dates, times and amounts as callers write them: the documented form is read, the rest is a ValueError, ever."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easel.domain import parsing


@given(st.dates(date(1970, 1, 1), date(9998, 12, 31)))
def test_every_day_in_range_is_read_and_has_an_end(day: date) -> None:
    read = parsing.parse_day(day.isoformat())

    assert read == day
    assert parsing.end_of(read) - parsing.start_of(read) == timedelta(days=1)


@pytest.mark.parametrize(
    "text",
    [
        "9999-12-31",
        "0001-01-01",
        "1969-12-31",
        "2026-W47-5",
        "20261120",
        "2026-02-30",
        "\u0662\u0660\u0662\u0666-11-20",
        "2026-11-20 ",
        "",
    ],
)
def test_any_other_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parsing.parse_day(text)


OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(1971, 1, 1), datetime(9998, 12, 1), timezones=OFFSETS))  # noqa: DTZ001 - zones are added
def test_every_time_in_range_is_read_whatever_its_offset(moment: datetime) -> None:
    assert parsing.parse_time(moment.isoformat()) == moment.astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20T10:00:00Z", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("2026-11-20t10:00:00z", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("2026-11-20 10:00:00.5+02:00", datetime(2026, 11, 20, 8, 0, 0, 500_000, UTC)),
        ("2026-11-20T10:00:00.123456789Z", datetime(2026, 11, 20, 10, 0, 0, 123_456, UTC)),
    ],
)
def test_the_spellings_of_rfc_3339_are_read(text: str, expected: datetime) -> None:
    assert parsing.parse_time(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "9999-12-31T23:59:59-23:59",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+23:59",
        "2026-11-20T10:00:00",
        "2026-11-20",
        "2026-W47-5T10:00:00Z",
        "2026-11-20T10:00:00,5Z",
        "2026-11-20T24:00:00Z",
        "2026-11-20T10:00:00+24:00",
        "\u0662\u0660\u0662\u0666-11-20T10:00:00Z",
        "Sat, 28 Nov 2026 10:00:00 GMT",
    ],
)
def test_any_other_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parsing.parse_time(text)


@given(st.text(max_size=40) | st.from_regex(r"[0-9]{4,5}-[0-9]{1,3}-[0-9]{1,3}[T ]?[0-9:.+Z-]{0,20}", fullmatch=True))
def test_nothing_but_a_value_error_comes_out(text: str) -> None:
    for parse in (parsing.parse_day, parsing.parse_time):
        try:
            parse(text)
        except ValueError:
            continue


@given(st.integers(-parsing.MAX_MILLI_CREDITS, parsing.MAX_MILLI_CREDITS))
def test_credits_are_exact_to_the_milli_credit(amount: int) -> None:
    assert parsing.parse_credits(amount / 1_000) == amount


@pytest.mark.parametrize("credits", [float("inf"), float("-inf"), float("nan"), 1e400, 1e308, 1_000_000_000.5, 0.0005])
def test_any_other_amount_is_refused(credits: float) -> None:
    with pytest.raises(ValueError, match=r"."):
        parsing.parse_credits(credits)


@given(st.floats())
def test_no_float_overflows(credits: float) -> None:
    try:
        assert abs(parsing.parse_credits(credits)) <= parsing.MAX_MILLI_CREDITS
    except ValueError:
        return
