"""Budgets in DynamoDB: counted always, refused beyond the limit, told of once; of a workspace and of a key alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest
from tests.support.tables import create_ledger_table

from easel.domain.budgets import Budget, BudgetNotice, BudgetScope, month_of
from easel.domain.credits import Grant, GrantKind, Hold
from easel.errors import BudgetExceeded, EaselError, InsufficientCredits, StaleWrite, WalletMissing
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.money.budgets import DynamoBudgets
from easel.repositories.money.ledger import DynamoLedger
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from tests.support.emulator import Emulator

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DECEMBER = NOW + timedelta(days=15)
MONTH = month_of(NOW)
WORKSPACE = BudgetScope("ws-1")
KEY = BudgetScope("ws-1", "key-1")
CREDITS = 100_000


class Purse:
    """A wallet and the budgets of its workspace. What a workspace spends changes its wallet, what a key spends not."""

    def __init__(self, emulator: Emulator) -> None:
        client = emulator.client("dynamodb")
        self.table = create_ledger_table(client)
        self.budgets, self.ledger = DynamoBudgets(client, self.table), DynamoLedger(client, self.table)
        self.transactions = DynamoTransactions(client, sleep=lambda _: None)
        self._numbers = count()
        self.commit(*self.ledger.opening("ws-1", NOW, Grant("bought", GrantKind.PURCHASE, CREDITS, 50)))

    def commit(self, *writes: Write | None) -> None:
        self.transactions.commit(*(write for write in writes if write is not None))

    def spend(self, amount: int, scope: BudgetScope = WORKSPACE, now: datetime = NOW) -> Hold:
        number = f"hold-{next(self._numbers)}"
        hold = Hold(number, scope.workspace_id, number, amount, now)
        if scope.key_id:
            self.commit(self.budgets.reserving(scope, amount, now))
        else:
            self.commit(*self.ledger.holding(hold))
        return hold

    def close(self, hold: Hold, freed: int, scope: BudgetScope, notice: BudgetNotice = BudgetNotice.NONE) -> None:
        if scope.key_id:
            self.commit(self.budgets.closing(scope, month_of(hold.created_at), freed, notice))
            return
        wallet = self.ledger.wallet(scope.workspace_id)
        assert wallet is not None
        self.commit(*self.ledger.resolving(hold, wallet, hold.amount - freed, NOW, notice=notice))

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


@pytest.fixture(params=[WORKSPACE, KEY], ids=["workspace", "key"])
def scope(request: pytest.FixtureRequest) -> BudgetScope:
    found: BudgetScope = request.param
    return found


def test_spending_is_counted_where_nothing_limits_it(purse: Purse, scope: BudgetScope) -> None:
    assert purse.get(scope) == Budget(scope, MONTH, None)

    purse.spend(700, scope)
    purse.spend(300, scope)

    assert purse.get(scope) == Budget(scope, MONTH, None, used=1_000)
    (other,) = {WORKSPACE, KEY} - {scope}
    assert purse.get(other).used == 0


def test_what_goes_beyond_a_budget_is_refused_with_the_numbers(purse: Purse, scope: BudgetScope) -> None:
    purse.limit(scope, 1_000)
    purse.spend(700, scope)

    with pytest.raises(BudgetExceeded) as refused:
        purse.spend(301, scope)

    error = refused.value
    assert (error.kind, error.limit, error.used, error.required) == (scope.kind.value, 1_000, 700, 301)
    purse.spend(300, scope)
    assert purse.get(scope).remaining == 0


def test_the_first_spending_of_a_month_is_limited_too(purse: Purse, scope: BudgetScope) -> None:
    purse.limit(scope, 100)

    with pytest.raises(BudgetExceeded) as refused:
        purse.spend(101, scope, DECEMBER)

    assert (refused.value.kind, refused.value.used) == (scope.kind.value, 0)


def test_who_has_too_few_credits_and_too_little_budget_is_told_of_the_credits(purse: Purse) -> None:
    purse.limit(WORKSPACE, 1_000)

    with pytest.raises(InsufficientCredits) as refused:
        purse.spend(CREDITS + 1)

    assert (refused.value.required, refused.value.available) == (CREDITS + 1, CREDITS)


def test_a_limit_that_is_set_later_knows_what_was_used(purse: Purse, scope: BudgetScope) -> None:
    purse.spend(700, scope)

    assert purse.limit(scope, 1_000) == Budget(scope, MONTH, 1_000, used=700)
    assert purse.limit(scope, 500) == Budget(scope, MONTH, 500, used=700)
    with pytest.raises(BudgetExceeded):
        purse.spend(1, scope)
    assert purse.limit(scope, None) == Budget(scope, MONTH, None, used=700)
    purse.spend(10_000, scope)
    assert purse.get(scope).used == 10_700


def test_a_new_month_begins_anew_with_the_same_limit(purse: Purse, scope: BudgetScope) -> None:
    purse.limit(scope, 1_000)
    purse.spend(1_000, scope)

    purse.spend(400, scope, DECEMBER)

    assert purse.get(scope, month_of(DECEMBER)) == Budget(scope, "2026-12", 1_000, used=400)
    assert purse.get(scope).used == 1_000


def test_what_is_freed_is_free_in_the_month_it_was_held_in(purse: Purse, scope: BudgetScope) -> None:
    purse.limit(scope, 1_000)
    held = purse.spend(1_000, scope)
    purse.spend(1, scope, DECEMBER)

    purse.close(held, 600, scope)

    assert purse.get(scope).used == 400
    assert purse.get(scope, month_of(DECEMBER)).used == 1
    purse.spend(600, scope)


def test_months_without_open_holds_are_forgotten(purse: Purse, scope: BudgetScope) -> None:
    purse.spend(1_000, scope)

    for days in (30, 60):
        purse.spend(1, scope, NOW + timedelta(days=days))

    assert [purse.get(scope, month).used for month in (MONTH, "2026-12", "2027-01")] == [0, 1, 1]


def test_nothing_freed_and_nobody_told_is_nothing_to_write(purse: Purse) -> None:
    assert purse.budgets.closing(KEY, MONTH, 0) is None


def test_freeing_what_was_never_counted_does_no_harm(purse: Purse) -> None:
    purse.commit(purse.budgets.closing(KEY, MONTH, 600))

    purse.limit(KEY, 1_000)
    purse.spend(1_000, KEY)


def test_an_owner_is_told_once_a_month_and_anew_of_a_new_limit(purse: Purse, scope: BudgetScope) -> None:
    purse.limit(scope, 1_000)
    first, second, third = (purse.spend(300, scope) for _ in range(3))
    assert purse.get(scope).notice_after(100) is BudgetNotice.ALERT

    purse.close(first, 0, scope, BudgetNotice.ALERT)

    assert purse.get(scope).told is BudgetNotice.ALERT
    assert purse.get(scope).notice_after(100) is BudgetNotice.NONE
    with pytest.raises(StaleWrite):
        purse.close(second, 0, scope, BudgetNotice.ALERT)
    purse.close(second, 0, scope, BudgetNotice.REACHED)
    for late in (BudgetNotice.ALERT, BudgetNotice.REACHED):
        with pytest.raises(StaleWrite):
            purse.close(third, 0, scope, late)
    assert purse.get(scope, "2026-12").told is BudgetNotice.NONE
    purse.close(purse.spend(100, scope, DECEMBER), 0, scope, BudgetNotice.ALERT)
    assert purse.limit(scope, 1_100).notice_after(100) is BudgetNotice.ALERT


def test_two_owners_who_set_a_limit_at_once_do_not_both_succeed(purse: Purse, scope: BudgetScope) -> None:
    purse.limit(scope, 1_000)
    seen_before = purse.get(scope)
    purse.limit(scope, 2_000)

    with pytest.raises(StaleWrite):
        purse.commit(purse.budgets.setting(seen_before, 3_000))


def test_a_workspace_without_a_wallet_has_no_place_for_a_limit_yet(purse: Purse) -> None:
    with pytest.raises(WalletMissing):
        purse.limit(BudgetScope("ws-2"), 1_000)


def test_budgets_come_in_the_order_they_were_asked_for(purse: Purse) -> None:
    purse.spend(1, KEY)
    purse.spend(2, WORKSPACE)

    assert [budget.used for budget in purse.budgets.get([KEY, WORKSPACE], MONTH)] == [1, 2]


def test_a_race_for_a_budget_ends_exactly_at_it(purse: Purse, scope: BudgetScope) -> None:
    purse.limit(scope, 3_000)

    def spend(_: int) -> type[EaselError] | None:
        try:
            purse.spend(100, scope)
        except EaselError as error:
            return type(error)
        return None

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(spend, range(100)))

    assert (answers.count(None), answers.count(BudgetExceeded)) == (30, 70)
    assert purse.get(scope) == replace(Budget(scope, MONTH, 3_000), used=3_000)
