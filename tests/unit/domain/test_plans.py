"""Plans, budgets and windows: the numbers that limit, and when they begin anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from easel.domain.budgets import Budget, BudgetKind, BudgetNotice, BudgetScope, month_ends, month_of, scopes_of
from easel.domain.plans import DEFAULT_PLAN, PLANS, RateLimits, plan_of
from easel.domain.rates import HOUR, MINUTE, Rate, RateDecision, Window
from easel.domain.request import Channel
from easel.domain.usage import UsageRow, UsageSums, grouped, total

NOON = datetime(2026, 11, 20, 12, 0, 42, tzinfo=UTC)


@pytest.mark.requirement("S002-61", "S002-62", "S002-63", "X-17")
@pytest.mark.parametrize("plan", ["standard", "tiered"])
def test_request_rates_are_those_of_the_seeds(plan: str) -> None:
    assert plan_of(plan).rates == RateLimits(user_per_minute=60, workspace_per_hour=1_000, address_per_minute=100)


@pytest.mark.requirement("X-12")
def test_a_telegram_user_runs_one_generation_at_a_time_a_batch_four_and_others_ten() -> None:
    plan = plan_of(DEFAULT_PLAN)

    assert plan.max_active_in(Channel.TELEGRAM) == 1
    assert plan.max_active_in(Channel.BATCH) == 4
    others = set(Channel) - {Channel.TELEGRAM, Channel.BATCH}
    assert {plan.max_active_in(channel) for channel in others} == {10}


def test_a_plan_that_this_release_does_not_know_counts_as_the_default() -> None:
    assert plan_of("platinum") == PLANS[DEFAULT_PLAN]


# --- windows ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "left"), [(MINUTE, 18), (HOUR, 3_558)])
def test_a_window_begins_anew_with_the_clock(seconds: int, left: int) -> None:
    assert Window("user", 60, seconds).resets_in(NOON) == left
    assert Window("user", 60, seconds).resets_in(NOON + timedelta(seconds=left)) == seconds


def test_the_tightest_window_is_the_fullest_and_among_equals_the_longest() -> None:
    user, workspace = Window("user", 60, MINUTE), Window("workspace", 1_000, HOUR)

    decision = RateDecision(allowed=True, rates=(Rate(workspace, 40, 900), Rate(user, 59, 10)))
    full = RateDecision(allowed=False, rates=(Rate(user, 0, 10), Rate(workspace, 0, 900)))

    assert decision.tightest == Rate(workspace, 40, 900)
    assert full.tightest == Rate(workspace, 0, 900)
    assert RateDecision(allowed=True, rates=()).tightest is None


# --- budgets ----------------------------------------------------------------------------------------------------------


def test_a_request_counts_against_the_budget_of_its_workspace_and_of_its_key() -> None:
    workspace, key, creator = scopes_of("ws", ("key-1", "key-0"))

    assert (workspace.kind, key.kind, creator.key_id) == (BudgetKind.WORKSPACE, BudgetKind.KEY, "key-0")
    assert scopes_of("ws", ()) == (BudgetScope("ws"),)


@pytest.mark.parametrize(
    ("limit", "used", "told", "due"),
    [
        (100, 79, BudgetNotice.NONE, BudgetNotice.NONE),
        (100, 80, BudgetNotice.NONE, BudgetNotice.ALERT),
        (100, 80, BudgetNotice.ALERT, BudgetNotice.NONE),
        (100, 95, BudgetNotice.ALERT, BudgetNotice.NONE),
        (100, 96, BudgetNotice.ALERT, BudgetNotice.REACHED),
        (100, 100, BudgetNotice.NONE, BudgetNotice.REACHED),
        (100, 130, BudgetNotice.REACHED, BudgetNotice.NONE),
        (None, 10**9, BudgetNotice.NONE, BudgetNotice.NONE),
    ],
)
def test_an_owner_is_told_at_four_fifths_and_when_the_next_charge_does_not_fit(
    limit: int | None, used: int, told: BudgetNotice, due: BudgetNotice
) -> None:
    assert Budget(BudgetScope("ws"), "2026-11", limit, used, told).notice_after(5) is due


def test_nothing_remains_of_a_budget_that_was_set_below_what_is_used() -> None:
    budget = Budget(BudgetScope("ws"), "2026-11", 100, 150)

    assert budget.remaining == 0
    assert replace(budget, limit=None).remaining is None


def test_a_month_is_the_calendars_in_utc() -> None:
    tashkent = timezone(timedelta(hours=5))

    assert month_of(datetime(2026, 12, 1, 4, 59, tzinfo=tashkent)) == "2026-11"
    assert month_ends(NOON) == datetime(2026, 12, 1, tzinfo=UTC)
    assert month_ends(datetime(2026, 12, 31, tzinfo=UTC)) == datetime(2027, 1, 1, tzinfo=UTC)


# --- usage ------------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("S003-66")
def test_usage_adds_up_by_any_group() -> None:
    rows = [
        UsageRow("2026-11-20", "u1", "m1", "p1", UsageSums(generations=1, images_completed=2, charged=10)),
        UsageRow("2026-11-19", "u2", "m1", "p2", UsageSums(generations=2, images_failed=1, provider_cost=27)),
        UsageRow("2026-11-20", "u2", "m2", "p1", UsageSums(generations=4, charged=5)),
    ]

    assert {name: sums.generations for name, sums in grouped(rows, "day").items()} == {
        "2026-11-19": 2,
        "2026-11-20": 5,
    }
    assert list(grouped(rows, "user")) == ["u1", "u2"]
    assert grouped(rows, "model")["m1"] == UsageSums(3, 2, 1, 0, 10, 27, 0)
    assert grouped(rows, "provider")["p2"].provider_cost == 27
    assert total(rows) == UsageSums(7, 2, 1, 0, 15, 27, 0)
