"""When a failed delivery is tried again, and what its attempts say about an endpoint."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easel.domain.deliveries import (
    LONGEST_RETRY_AFTER,
    Attempt,
    Delivery,
    DeliveryStatus,
    Outcome,
    Trigger,
    body_of,
    delivery_id,
)
from easel.domain.webhooks import DISABLED_AFTER, FAILING_FROM, Health, Secret, new_secret

pytestmark = pytest.mark.requirement("M-8")

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def a_delivery(**changes: object) -> Delivery:
    return Delivery("d", "w", "e", "evt", "image.deleted", NOW, NOW + timedelta(days=30), **changes)  # type: ignore[arg-type]  # by name


def an_attempt(number: int, outcome: Outcome = Outcome.REFUSED, retry_after: timedelta | None = None) -> Attempt:
    return Attempt(number, NOW, SECOND, outcome, 500, "", retry_after)


def test_ten_attempts_are_made_within_75_hours_and_a_half() -> None:
    delivery, now = a_delivery(), NOW
    for number in range(1, 11):
        delivery = delivery.after(an_attempt(number), now)
        now = delivery.next_attempt_at or now

    assert (delivery.status, delivery.attempts) == (DeliveryStatus.FAILED, 10)
    assert timedelta(hours=75) < now - NOW < timedelta(hours=76)


@given(st.integers(1, 9), st.timedeltas(timedelta(), timedelta(days=999)))
def test_retry_after_lengthens_a_pause_within_a_day_and_never_shortens_it(number: int, wanted: timedelta) -> None:
    planned = a_delivery().after(an_attempt(number), NOW).next_attempt_at
    asked = a_delivery().after(an_attempt(number, retry_after=wanted), NOW).next_attempt_at

    assert planned is not None
    assert asked is not None
    assert planned <= asked <= max(planned, NOW + LONGEST_RETRY_AFTER)
    assert asked == max(planned, NOW + min(wanted, LONGEST_RETRY_AFTER))


def test_a_success_and_gone_are_final_and_an_example_is_tried_once() -> None:
    assert a_delivery().after(an_attempt(1, Outcome.DELIVERED), NOW).status is DeliveryStatus.DELIVERED
    assert a_delivery().after(an_attempt(1, Outcome.GONE), NOW).status is DeliveryStatus.FAILED
    assert a_delivery(trigger=Trigger.EXAMPLE).after(an_attempt(1), NOW).status is DeliveryStatus.FAILED


@given(st.lists(st.booleans(), max_size=40))
def test_an_endpoint_fails_after_four_failures_in_a_row_and_one_success_ends_it(ends: list[bool]) -> None:
    health, row = Health(), 0
    for is_success in ends:
        health = health.after_success(SECOND) if is_success else health.after_failure(NOW)
        row = 0 if is_success else row + 1

        assert health.failures == row
        assert health.is_failing == (row >= FAILING_FROM)
        assert (health.failing_since is None) == (row == 0)
        assert not health.quick or row == 0
        waits = health.waits_until(NOW)
        assert (waits is not None) == health.is_failing
        assert waits is None or waits - NOW <= timedelta(minutes=15)


def test_five_days_of_failures_end_it() -> None:
    health = Health()
    for _ in range(FAILING_FROM):
        health = health.after_failure(NOW)

    assert not health.is_given_up(NOW + DISABLED_AFTER - SECOND)
    assert health.is_given_up(NOW + DISABLED_AFTER)
    assert not Health().after_failure(NOW).is_given_up(NOW + DISABLED_AFTER), "one failure is no five days"


def test_quick_answers_earn_the_quick_lane_and_slow_ones_lose_it() -> None:
    quick = Health().after_success(timedelta(milliseconds=200))

    assert quick.quick
    assert quick.after_success(timedelta(seconds=1.5)).quick
    assert not quick.after_success(timedelta(seconds=2.5)).quick
    assert not quick.after_failure(NOW).quick
    assert not Health().after_success(timedelta(seconds=1.5)).quick


def test_a_secret_is_what_the_specification_wants_and_overlaps_for_a_day() -> None:
    text = new_secret()
    assert 24 <= len(base64.b64decode(text.removeprefix("whsec_"))) <= 64

    rotated = Secret("old").rotated("new", NOW)
    assert rotated.in_use(NOW + timedelta(hours=23)) == ("new", "old")
    assert rotated.in_use(NOW + timedelta(hours=24)) == ("new",)


def test_deliveries_of_one_event_are_told_apart_by_endpoint_and_are_the_same_each_time() -> None:
    assert delivery_id("a", "evt", NOW) == delivery_id("a", "evt", NOW)
    assert delivery_id("a", "evt", NOW) != delivery_id("b", "evt", NOW)


def test_a_body_is_the_logged_event_without_vendors_costs_and_otherwise_byte_for_byte() -> None:
    logged = json.dumps(
        {"id": "e", "data": {"b": 1, "a": {"providerCostMicroUsd": 7, "x": "\N{FOX FACE}"}}}, separators=(",", ":")
    )

    assert body_of(logged) == logged.replace('"providerCostMicroUsd":7', '"providerCostMicroUsd":null')
