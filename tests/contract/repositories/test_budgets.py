"""Budgets in DynamoDB: counted always, refused beyond the limit, told of once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support.tables import create_ledger_table

from easel.domain.budgets import Budget, BudgetNotice, BudgetScope, month_of
from easel.errors import BudgetExceeded, EaselError, StaleWrite
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.money.budgets import DynamoBudgets
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from tests.support.emulator import Emulator

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MONTH = month_of(NOW)
WORKSPACE = BudgetScope("ws-1")
KEY = BudgetScope("ws-1", "key-1")


class Purse:
    def __init__(self, emulator: Emulator) -> None:
        client = emulator.client("dynamodb")
        self.budgets = DynamoBudgets(client, create_ledger_table(client))
        self.transactions = DynamoTransactions(client, sleep=lambda _: None)

    def commit(self, *writes: Write | None) -> None:
        self.transactions.commit(*(write for write in writes if write is not None))

    def spend(self, amount: int, scope: BudgetScope = WORKSPACE, now: datetime = NOW) -> None:
        self.commit(self.budgets.reserving(scope, amount, now))

    def limit(self, scope: BudgetScope, limit: int | None) -> Budget:
        (before,) = self.budgets.get([scope], MONTH)
        self.commit(self.budgets.setting(before, limit))
        return self.get(scope)

    def get(self, scope: BudgetScope = WORKSPACE, month: str = MONTH) -> Budget:
        (found,) = self.budgets.get([scope], month)
        return found


@pytest.fixture
def purse(emulator: Emulator) -> Purse:
    return Purse(emulator)


def test_spending_is_counted_where_nothing_limits_it(purse: Purse) -> None:
    assert purse.get() == Budget(WORKSPACE, MONTH, None)

    purse.spend(700)
    purse.spend(300)

    assert purse.get() == Budget(WORKSPACE, MONTH, None, used=1_000)
    assert purse.get(KEY).used == 0


def test_what_goes_beyond_a_budget_is_refused_with_the_numbers(purse: Purse) -> None:
    purse.limit(WORKSPACE, 1_000)
    purse.spend(700)

    with pytest.raises(BudgetExceeded) as refused:
        purse.spend(301)

    error = refused.value
    assert (error.kind, error.limit, error.used, error.required) == ("workspace", 1_000, 700, 301)
    purse.spend(300)
    assert purse.get().remaining == 0


def test_the_first_spending_of_a_month_is_limited_too(purse: Purse) -> None:
    purse.limit(KEY, 100)

    with pytest.raises(BudgetExceeded) as refused:
        purse.spend(101, KEY)

    assert (refused.value.kind, refused.value.used) == ("key", 0)


def test_a_limit_that_is_set_later_knows_what_was_used(purse: Purse) -> None:
    purse.spend(700)

    assert purse.limit(WORKSPACE, 1_000) == Budget(WORKSPACE, MONTH, 1_000, used=700)
    assert purse.limit(WORKSPACE, 500) == Budget(WORKSPACE, MONTH, 500, used=700)
    with pytest.raises(BudgetExceeded):
        purse.spend(1)
    assert purse.limit(WORKSPACE, None) == Budget(WORKSPACE, MONTH, None, used=700)
    purse.spend(10_000)
    assert purse.get().used == 10_700


def test_a_new_month_begins_anew_with_the_same_limit(purse: Purse) -> None:
    purse.limit(WORKSPACE, 1_000)
    purse.spend(1_000)
    december = NOW + timedelta(days=15)

    purse.spend(400, now=december)

    assert purse.get(month=month_of(december)) == Budget(WORKSPACE, "2026-12", 1_000, used=400)
    assert purse.get().used == 1_000


def test_what_is_freed_is_free_in_the_month_it_was_held_in(purse: Purse) -> None:
    purse.limit(WORKSPACE, 1_000)
    purse.spend(1_000)
    purse.spend(1, now=NOW + timedelta(days=15))

    purse.commit(purse.budgets.closing(WORKSPACE, MONTH, 600))

    assert purse.get().used == 400
    assert purse.get(month="2026-12").used == 1


def test_nothing_freed_and_nobody_told_is_nothing_to_write(purse: Purse) -> None:
    assert purse.budgets.closing(WORKSPACE, MONTH, 0) is None


def test_freeing_what_was_never_counted_does_no_harm(purse: Purse) -> None:
    purse.commit(purse.budgets.closing(WORKSPACE, MONTH, 600))

    purse.limit(WORKSPACE, 1_000)
    purse.spend(1_000)


def test_an_owner_is_told_once_a_month_and_anew_of_a_new_limit(purse: Purse) -> None:
    purse.limit(WORKSPACE, 1_000)
    purse.spend(900)
    assert purse.get().notice_after(100) is BudgetNotice.ALERT

    purse.commit(purse.budgets.closing(WORKSPACE, MONTH, 0, BudgetNotice.ALERT))

    assert purse.get().told is BudgetNotice.ALERT
    assert purse.get().notice_after(100) is BudgetNotice.NONE
    with pytest.raises(StaleWrite):
        purse.commit(purse.budgets.closing(WORKSPACE, MONTH, 0, BudgetNotice.ALERT))
    purse.commit(purse.budgets.closing(WORKSPACE, MONTH, 0, BudgetNotice.REACHED))
    for late in (BudgetNotice.ALERT, BudgetNotice.REACHED):
        with pytest.raises(StaleWrite):
            purse.commit(purse.budgets.closing(WORKSPACE, MONTH, 0, late))
    assert purse.get(month="2026-12").told is BudgetNotice.NONE
    purse.commit(purse.budgets.closing(WORKSPACE, "2026-12", 0, BudgetNotice.ALERT))
    assert purse.limit(WORKSPACE, 1_100).notice_after(100) is BudgetNotice.ALERT


def test_two_owners_who_set_a_limit_at_once_do_not_both_succeed(purse: Purse) -> None:
    purse.limit(WORKSPACE, 1_000)
    seen_before = purse.get()
    purse.limit(WORKSPACE, 2_000)

    with pytest.raises(StaleWrite):
        purse.commit(purse.budgets.setting(seen_before, 3_000))


def test_budgets_come_in_the_order_they_were_asked_for(purse: Purse) -> None:
    purse.spend(1, KEY)
    purse.spend(2, WORKSPACE)

    assert [budget.used for budget in purse.budgets.get([KEY, WORKSPACE], MONTH)] == [1, 2]


def test_a_race_for_a_budget_ends_exactly_at_it(purse: Purse) -> None:
    purse.limit(WORKSPACE, 3_000)

    def spend(_: int) -> type[EaselError] | None:
        try:
            purse.spend(100)
        except EaselError as error:
            return type(error)
        return None

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(spend, range(100)))

    assert (answers.count(None), answers.count(BudgetExceeded)) == (30, 70)
    assert purse.get() == replace(Budget(WORKSPACE, MONTH, 3_000), used=3_000)
