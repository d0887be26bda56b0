"""Headers and query values: every accepted spelling, and the edges of every range."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easel.domain.image import Status
from easel.doors.canonical.generations.parameters import status_filter
from easel.errors import InvalidRequest, NotFound
from easel.http import parse, pictures
from easel.services.images.links import Variant


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        (None, None),
        ("", None),
        ("respond-async", None),
        ("return=minimal; wait=7", None),
        ("waiting=5", None),
        ("wait=0", 0),
        ("wait=1", 1),
        ("wait=25", 25),
        ("Wait=10", 10),
        (' wait = "10" ', 10),
        ("respond-async, wait=10; strict", 10),
        ("wait=3, wait=9", 3),
    ],
)
def test_prefer_says_how_long_to_wait(header: str | None, wait: int | None) -> None:
    assert parse.preferences(header).wait == wait


@pytest.mark.parametrize(("value", "wait"), [("", 25), ("=", 25), ("=26", 25), ("=0007", 7), ("=" + "9" * 5_000, 25)])
def test_a_wait_out_of_range_counts_as_the_nearest(value: str, wait: int) -> None:
    asked = parse.preferences(f"wait{value}")

    assert asked.wait == wait
    assert asked.applied(replayed=False) == {"Preference-Applied": f"wait={wait}"}


@pytest.mark.parametrize("value", ["=1.5", "=\u0661", "=-5", "=soon", "=9e99"])
def test_a_wait_that_is_no_number_is_refused(value: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse.preferences(f"wait{value}")

    assert refused.value.fields[0].allowed == {"minimum": 0, "maximum": 25}


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("5", 5), ("30", 30), ("30s", 30), (" 30 S ", 30), ("1m", 60), ("10m", 600), ("600", 600), ("05", 5)],
)
def test_cancel_after_takes_seconds_and_minutes(header: str, seconds: int) -> None:
    assert parse.cancel_after(header) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "header", ["", "0", "4", "4s", "601", "11m", "1h", "-30", "30.5", "m", "soon", "9" * 30, "\u0663\u0660"]
)
def test_a_cancel_after_out_of_range_is_refused(header: str) -> None:
    with pytest.raises(InvalidRequest, match="from 5 to 600 seconds"):
        parse.cancel_after(header)


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("abc", "abc"),
        ('"abc"', "abc"),
        (' "abc" ', "abc"),
        (r'"a\"b\\c"', r'a"b\c'),
        ('a"b', 'a"b'),
        ("k" * 255, "k" * 255),
        ("8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"),
    ],
)
def test_an_idempotency_key_may_be_quoted_or_bare(header: str, key: str) -> None:
    assert parse.idempotency_key(header) == key


@pytest.mark.parametrize("header", ["", " ", '""', '"a b"', "a b", "a\tb", "k" * 256, "\u00e9", "a\x00"])
def test_an_idempotency_key_must_be_visible_and_short(header: str) -> None:
    with pytest.raises(InvalidRequest, match="1 to 255 visible"):
        parse.idempotency_key(header)


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters='"'), min_size=1, max_size=255))
def test_quoting_a_key_does_not_make_it_another(key: str) -> None:
    quoted = '"' + key.replace("\\", "\\\\") + '"'

    assert parse.idempotency_key(quoted) == parse.idempotency_key(key) == key


def test_the_variants_are_those_that_links_are_made_for() -> None:
    assert get_args(Variant) == pictures.VARIANTS


@pytest.mark.parametrize("status", list(Status))
def test_a_status_is_found_in_either_case(status: Status) -> None:
    assert status_filter(status.value.lower()) is status


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (None, False),
        ("", False),
        ("*/*", False),
        ("image/*,*/*;q=0.8", False),
        ("application/json", True),
        ("text/html, Application/JSON;q=0.1", True),
        ("application/jsonp", False),
    ],
)
def test_json_is_for_those_who_name_it(accept: str | None, *, wanted: bool) -> None:
    assert parse.wants_json(accept) is wanted


@pytest.mark.parametrize(
    "text", ["", "x", "{019a9f1c-5c00-7abc-8def-0123456789a0}", "019a9f1c5c007abc8def0123456789a0", "\n"]
)
def test_what_cannot_be_an_id_is_not_found(text: str) -> None:
    with pytest.raises(NotFound):
        parse.resource_id(text, "generation")
