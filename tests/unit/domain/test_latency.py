"""A histogram of waiting times: its quantiles are right to within a tenth."""

from __future__ import annotations

import math
from collections import Counter
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from easel.domain.latency import bucket_of, summarise


def test_nothing_was_observed() -> None:
    assert summarise({}) is None


@given(st.lists(st.floats(1, 3_600), min_size=1, max_size=200))
def test_quantiles_are_within_a_fifth_above_the_true_ones(times: list[float]) -> None:
    found = summarise(Counter(bucket_of(timedelta(seconds=time)) for time in times))

    assert found is not None
    assert found.samples == len(times)
    for share, told in ((0.5, found.p50_ms), (0.9, found.p90_ms)):
        true = sorted(times)[math.ceil(len(times) * share) - 1] * 1000
        assert true * 0.999 <= told <= true * 1.2


def test_what_takes_no_time_or_a_day_is_counted_too() -> None:
    found = summarise(Counter([bucket_of(timedelta()), bucket_of(timedelta(days=1))]))

    assert found is not None
    assert (found.p50_ms, found.samples) == (1000, 2)
