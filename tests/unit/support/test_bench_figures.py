"""`make bench` names what has become worse since the last release."""

from __future__ import annotations

from tests.bench.figures import read, regressions


def test_more_calls_and_dollars_are_a_regression() -> None:
    before = {"submit": 2, "list": 1, "a month at rest": 9.85, "1,000 images": 0.1993}

    found = regressions(before, {"submit": 3, "list": 1, "a month at rest": 9.84, "1,000 images": 0.2011, "new": 9})

    assert found == ["REGRESSION submit: 2 -> 3", "REGRESSION 1,000 images: 0.199 -> 0.201"]


def test_a_measured_ratio_may_stray() -> None:
    found = regressions({"warm": 1.0, "start": 1.0}, {"warm": 1.1, "start": 1.2}, strays=True)

    assert found == ["REGRESSION start: 1.00 -> 1.20"]


def test_less_of_what_should_be_much_is_a_regression() -> None:
    found = regressions({"wallet": 35, "index": 2000.0}, {"wallet": 25, "index": 2000.0}, more_is_better=True)

    assert found == ["REGRESSION wallet: 35 -> 25"]


def test_the_figures_of_the_last_release_have_what_is_compared() -> None:
    assert set(read()["sections"]) == {
        *("AWS calls", "AWS calls of GET", "records that queries read", "write units", "costs", "what gives way first"),
        *("start and first request", "later requests", "previews and thumbnails", "make test"),
    }
