"""Batch jobs: one bad record is counted and set aside, the others are handled."""

from __future__ import annotations

import logging

import pytest

from easel.errors import Contended, DatabaseRefused, DatabaseUnavailable, QueueUnavailable
from easel.jobs import JobCounts, for_each


def test_a_record_that_cannot_be_handled_is_set_aside_and_the_others_are_handled() -> None:
    handled: list[int] = []
    aside: list[int] = []

    def handle(number: int) -> bool:
        if number in {1, 3}:
            raise KeyError("status")
        handled.append(number)
        return number != 4

    counts = for_each(range(1, 6), handle, kind="thing", set_aside=aside.append)

    assert counts == JobCounts(done=2, failed=2)
    assert (handled, aside) == ([2, 4, 5], [1, 3])


@pytest.mark.parametrize("error", [DatabaseUnavailable("away"), QueueUnavailable("away"), Contended("busy")])
def test_a_record_is_not_set_aside_for_an_outage(error: Exception) -> None:
    def handle(number: int) -> bool:
        if number == 1:
            raise error
        return True

    counts = for_each([1, 2, 3], handle, kind="thing", set_aside=lambda _: pytest.fail("not its fault"))

    assert counts == JobCounts(done=2, failed=1)


def test_a_lasting_outage_ends_the_run_instead_of_waiting_for_each_record() -> None:
    tried: list[int] = []

    def handle(number: int) -> bool:
        tried.append(number)
        raise QueueUnavailable("away")

    counts = for_each(range(100), handle, kind="thing")

    assert counts == JobCounts(failed=5, left=95)
    assert tried == list(range(5))


def test_outages_that_are_no_outage_do_not_end_the_run() -> None:
    def handle(number: int) -> bool:
        if number % 2:
            raise QueueUnavailable("away")
        return True

    assert for_each(range(20), handle, kind="thing") == JobCounts(done=10, failed=10)


def test_a_record_that_cannot_be_set_aside_does_not_end_the_run_either() -> None:
    def broken(_: int) -> bool:
        raise DatabaseRefused("too large")

    assert for_each([1, 2], broken, kind="thing", set_aside=broken) == JobCounts(failed=2)


def test_the_log_names_the_record_and_the_reason_and_quotes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def handle(_: str) -> bool:
        raise ValueError("a prompt that must not be logged")

    with caplog.at_level(logging.ERROR):
        for_each(["gen-1"], handle, kind="generation")

    (record,) = caplog.records
    assert (record.__dict__["record_kind"], record.__dict__["record"]) == ("generation", "gen-1")
    assert record.__dict__["error"] == "builtins.ValueError"
    assert "prompt" not in str(record.__dict__)
    assert record.exc_info is None
