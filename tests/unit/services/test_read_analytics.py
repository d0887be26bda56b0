"""Analytics are bounded: more entries than one answer holds are refused, with what would be accepted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.functions.api.harness import CALLER

from easel.domain.usage import UsageRow, UsageSums
from easel.errors import InvalidRequest
from easel.services.money.read_usage import ReadUsage


class Reports:
    def __init__(self, rows: Sequence[UsageRow]) -> None:
        self._rows = rows

    def rows(self, workspace_id: str, first_day: str, last_day: str, *, limit: int) -> Sequence[UsageRow]:
        return [row for row in self._rows if first_day <= row.day <= last_day][:limit]


def reading(rows: Sequence[UsageRow]) -> ReadUsage:
    unused: Any = None
    moment = datetime(2026, 11, 20, 12, tzinfo=UTC)
    return ReadUsage(reports=Reports(rows), counters=unused, wallets=unused, clock=lambda: moment)


def rows_of(users: int) -> list[UsageRow]:
    sums = UsageSums(images_completed=1, charged=7)
    return [UsageRow("2026-11-20", f"user-{number}", "m", "p", sums, f"key-{number}") for number in range(users)]


def test_as_many_entries_as_an_answer_holds_are_given() -> None:
    # One day by model, one model, one provider; then every user and key.
    found = reading(rows_of(2_498)).analytics(CALLER)

    assert len(found.groups["user"]) == 2_498
    assert found.report.total.charged == 2_498 * 7


def test_more_are_refused_with_the_limit() -> None:
    with pytest.raises(InvalidRequest) as refused:
        reading(rows_of(2_499)).analytics(CALLER)

    (fault,) = refused.value.fields
    assert (fault.field, fault.allowed) == ("from", {"maximumGroups": 5_000})


def test_the_days_of_a_range_are_complete_and_in_order() -> None:
    found = reading(rows_of(1)).analytics(CALLER, first=date(2026, 11, 18), last=date(2026, 11, 21))

    assert list(found.days) == ["2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"]
    assert {day: len(models) for day, models in found.days.items() if models} == {"2026-11-20": 1}
