"""`make bench` names what has become worse since the last release."""

from __future__ import annotations

from tests.bench.figures import read, regressions


def test_more_calls_are_a_regression_and_a_ratio_may_stray() -> None:
    before = {"submit": 2, "list": 1, "warm": 1.0, "start": 1.0}

    found = regressions(before, {"submit": 3, "list": 1, "warm": 1.1, "start": 1.2, "new": 9})

    assert found == ["REGRESSION submit: 2 -> 3", "REGRESSION start: 1.00 -> 1.20"]


def test_the_figures_of_the_last_release_have_what_is_compared() -> None:
    assert {"AWS calls", "start and first request", "later requests"} == set(read()["sections"])
