"""Counters and sums of use in DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.generations import WORKSPACE_ID, a_generation
from tests.support.tables import create_core_table

from easel.domain.attempt import Attempt
from easel.domain.generation import Counted, Generation
from easel.domain.image import ServedBy, Status
from easel.domain.price import Price, PriceUnit
from easel.domain.request import Channel
from easel.domain.usage import UsageSums
from easel.errors import LimitReached
from easel.ids import new_generation_id
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.money.usage import DynamoUsageCounters, DynamoUsageSummaries
from easel.services.ports.transactions import Write
from easel.services.ports.usage import UsageRule

if TYPE_CHECKING:
    from tests.support.emulator import Emulator

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
USER = "019a9f1c-0000-7000-8000-00000000000b"
RULE = UsageRule(max_active=2, max_per_day=3)


class Usage:
    def __init__(self, emulator: Emulator) -> None:
        client = emulator.client("dynamodb")
        table = create_core_table(client)
        self.counters = DynamoUsageCounters(client, table)
        self.summaries = DynamoUsageSummaries(client, table)
        self.transactions = DynamoTransactions(client, sleep=lambda _: None)

    def commit(self, *writes: Write) -> None:
        self.transactions.commit(*writes)

    def start(self, now: datetime = NOW, **changes: Any) -> Generation:
        generation = a_generation(id=new_generation_id(), created_at=now, **changes)
        self.commit(self.counters.starting(generation, RULE))
        return generation

    def end(self, generation: Generation) -> None:
        self.commit(self.counters.ending(generation))


@pytest.fixture
def usage(emulator: Emulator) -> Usage:
    return Usage(emulator)


# --- what runs, and what was asked for today ------------------------------------------------------------------------


@pytest.mark.requirement("S001-21", "X-12")
def test_one_too_many_at_once_is_refused_with_what_is_running(usage: Usage) -> None:
    running = sorted(usage.start().id for _ in range(2))

    with pytest.raises(LimitReached) as refused:
        usage.start()

    error = refused.value
    assert (error.kind, error.limit, list(error.active_ids), error.retry_after) == (
        "active_generations",
        2,
        running,
        None,
    )


def test_what_has_ended_makes_room_and_ends_once(usage: Usage) -> None:
    first, _ = usage.start(), usage.start()
    usage.end(first)
    usage.end(first)

    usage.start()
    with pytest.raises(LimitReached):
        usage.start()


def test_each_channel_and_each_user_has_room_of_its_own(usage: Usage) -> None:
    for _ in range(2):
        usage.start()

    usage.start(channel=Channel.TELEGRAM)
    usage.start(user_id="somebody-else")


@pytest.mark.requirement("S000-57", "X-17")
def test_a_day_has_its_number_and_says_when_the_next_begins(usage: Usage) -> None:
    for _ in range(3):
        usage.end(usage.start())

    with pytest.raises(LimitReached) as refused:
        usage.start()
    assert (refused.value.kind, refused.value.limit, refused.value.active_ids) == ("generations_per_day", 3, ())
    assert refused.value.retry_after == 12 * 3_600 + 1
    usage.start(now=NOW + timedelta(hours=12))


def test_today_tells_how_far_a_user_is(usage: Usage) -> None:
    first, second = usage.start(), usage.start()
    usage.end(first)

    today = usage.counters.today(WORKSPACE_ID, USER, Channel.API, NOW)
    tomorrow = usage.counters.today(WORKSPACE_ID, USER, Channel.API, NOW + timedelta(days=1))

    assert (today.generations, today.active_ids) == (2, (second.id,))
    assert (tomorrow.generations, tomorrow.active_ids) == (0, (second.id,))
    assert usage.counters.today(WORKSPACE_ID, "nobody", Channel.API, NOW).generations == 0


# --- sums -----------------------------------------------------------------------------------------------------------


def an_attempt(provider: str, cost: int, *, uncertain: bool = False) -> Attempt:
    return Attempt("a", provider, "m", "u", NOW, outcome="x", cost_micro_usd=cost, cost_uncertain=uncertain)


def ended(count: int = 3, **changes: Any) -> Generation:
    """One delivered by another provider after a doubtful attempt, one failed, one cancelled."""
    price = Price("v", "tiered", PriceUnit.IMAGE, 30_000, count)
    generation = a_generation(count=count, price=price, status=Status.COMPLETED, completed_at=NOW, **changes)
    tried, delivered = an_attempt("wavespeed", 27_000, uncertain=True), an_attempt("sandbox", 5_000)
    images = list(generation.images)
    images[0] = replace(
        images[0], status=Status.COMPLETED, served_by=ServedBy("sandbox", "sandbox"), attempts=(tried, delivered)
    )
    images[1] = replace(images[1], status=Status.FAILED)
    images[2] = replace(images[2], status=Status.CANCELLED)
    return replace(generation, images=tuple(images))


@pytest.mark.requirement("S003-66", "X-10")
def test_sums_are_those_of_whoever_served_and_of_whoever_was_paid(usage: Usage) -> None:
    usage.commit(*usage.summaries.adding(ended()))

    rows = {row.provider: row for row in usage.summaries.rows(WORKSPACE_ID, "2026-11-20", "2026-11-20", limit=9)}

    assert rows["sandbox"].sums == UsageSums(generations=1, images_completed=1, charged=10_000, provider_cost=5_000)
    assert rows["wavespeed"].sums == UsageSums(images_failed=1, provider_cost=27_000, uncertain_cost=27_000)


def test_sums_of_many_generations_add_up(usage: Usage) -> None:
    for _ in range(3):
        usage.commit(*usage.summaries.adding(ended(id=new_generation_id())))

    rows = usage.summaries.rows(WORKSPACE_ID, "2026-11-20", "2026-11-20", limit=9)

    assert sum((row.sums for row in rows), UsageSums()) == UsageSums(3, 3, 3, 0, 30_000, 96_000, 81_000)


def test_a_picture_that_came_late_corrects_the_costs_and_charges_nothing(usage: Usage) -> None:
    # Given a generation that ended while a call was open, whose cost was counted as uncertain
    generation = ended()
    open_call = an_attempt("wavespeed", 27_000, uncertain=True)
    images = list(generation.images)
    images[1] = replace(images[1], attempts=(open_call,))
    generation = replace(generation, images=tuple(images), counted=tuple(map(Counted.of, images)))
    usage.commit(usage.counters.ending(generation), *usage.summaries.adding(generation))
    # When its picture comes after all
    images[1] = replace(
        images[1],
        served_by=ServedBy("wavespeed", "seedream-v4"),
        late=True,
        attempts=(an_attempt("wavespeed", 20_000),),
    )
    usage.commit(*usage.summaries.correcting(replace(generation, images=tuple(images)), 1))
    # Then what was uncertain is known
    rows = {row.provider: row for row in usage.summaries.rows(WORKSPACE_ID, "2026-11-20", "2026-11-20", limit=9)}
    sums = rows["wavespeed"].sums
    assert (sums.images_late, sums.provider_cost, sums.uncertain_cost) == (1, 47_000, 27_000)
    assert sums.charged == 0
    # And the totals since the beginning are those of the days
    total = sum((row.sums for row in rows.values()), UsageSums())
    assert usage.counters.totals(WORKSPACE_ID).provider_cost_micro_usd == total.provider_cost


def test_days_are_found_by_range_and_no_more_than_asked(usage: Usage) -> None:
    for day in range(5):
        moment = NOW + timedelta(days=day)
        usage.commit(*usage.summaries.adding(replace(ended(id=new_generation_id()), completed_at=moment)))

    def days(first: str, last: str, limit: int = 99) -> list[str]:
        return sorted({row.day for row in usage.summaries.rows(WORKSPACE_ID, first, last, limit=limit)})

    assert days("2026-11-21", "2026-11-23") == ["2026-11-21", "2026-11-22", "2026-11-23"]
    assert days("2026-11-25", "2026-12-31") == []
    assert len(usage.summaries.rows(WORKSPACE_ID, "2026-11-01", "2026-11-30", limit=3)) == 3
