"""The rules of wallets, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.support.generations import a_generation

from easel.domain.credits import (
    DEFAULT_PRIORITIES,
    MILLI,
    REVENUE,
    Entry,
    Grant,
    GrantKind,
    Hold,
    OpenGrant,
    Wallet,
    allocate,
    both_sides,
    expirable,
    fold,
    fold_grants,
    hold_of,
    with_expiry,
    with_grant,
    with_hold,
    with_post,
    with_withdrawal,
)
from easel.domain.price import Price, PriceUnit
from easel.errors import InsufficientCredits

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
TRIAL = OpenGrant("trial", GrantKind.TRIAL, 5 * MILLI, DEFAULT_PRIORITIES[GrantKind.TRIAL], NOW + timedelta(days=30))
BOUGHT = OpenGrant("bought", GrantKind.PURCHASE, 10 * MILLI, DEFAULT_PRIORITIES[GrantKind.PURCHASE])


def wallet(*grants: OpenGrant, held: int = 0) -> Wallet:
    found = Wallet("ws")
    for grant in grants:
        found = with_grant(found, grant)
    return with_hold(found, held) if held else found


def adjustment(amount: int, taken_from: str | None = None) -> Grant:
    return Grant("correction", GrantKind.ADJUSTMENT, amount, 40, taken_from=taken_from)


@pytest.mark.requirement("S002-14")
def test_a_hold_takes_from_what_is_available_and_spends_nothing() -> None:
    held = wallet(BOUGHT, held=4_000)

    assert (held.available, held.held, held.spent) == (6_000, 4_000, 0)
    assert held.grants["bought"].remaining == 10_000
    assert held.is_balanced()


@pytest.mark.requirement("S002-13", "S002-56")
def test_a_hold_of_more_than_is_available_is_refused_with_both_amounts() -> None:
    with pytest.raises(InsufficientCredits) as refused:
        with_hold(wallet(BOUGHT, held=4_000), 6_001)

    assert (refused.value.required, refused.value.available) == (6_001, 6_000)


@pytest.mark.requirement("S002-16", "S002-36")
def test_posting_a_part_spends_it_and_frees_the_rest() -> None:
    after = with_post(wallet(BOUGHT, held=4_000), held=4_000, posted=1_500)

    assert (after.available, after.held, after.spent) == (8_500, 0, 1_500)
    assert after.grants["bought"].remaining == 8_500
    assert after.is_balanced()


@pytest.mark.requirement("S002-17", "S002-37")
def test_posting_nothing_gives_everything_back() -> None:
    assert with_post(wallet(BOUGHT, held=4_000), held=4_000, posted=0) == wallet(BOUGHT)


@pytest.mark.parametrize("posted", [-1, 4_001])
def test_no_more_than_was_held_and_no_less_than_nothing_can_be_posted(posted: int) -> None:
    with pytest.raises(ValueError, match="cannot post"):
        with_post(wallet(BOUGHT, held=4_000), held=4_000, posted=posted)


def test_what_was_given_pays_before_what_was_bought() -> None:
    after = with_post(wallet(BOUGHT, TRIAL, held=6_000), held=6_000, posted=6_000)

    assert {grant.id: grant.remaining for grant in after.grants.values()} == {"bought": 9_000}


def test_of_equal_grants_the_one_that_ends_first_pays_and_then_the_oldest() -> None:
    soon = replace(BOUGHT, id="z-soon", expires_at=NOW + timedelta(days=1))
    later = replace(BOUGHT, id="a-later", expires_at=NOW + timedelta(days=2))
    never = [replace(BOUGHT, id=name) for name in ("c-never", "b-never")]

    assert list(allocate([*never, later, soon], 40_000)) == ["z-soon", "a-later", "b-never", "c-never"]


def test_grants_cannot_pay_more_than_they_have() -> None:
    with pytest.raises(ValueError, match="lack 1 "):
        allocate([TRIAL], 5_001)


def test_a_grant_is_given_once() -> None:
    with pytest.raises(ValueError, match="exists already"):
        with_grant(wallet(BOUGHT), BOUGHT)


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_and_less_are_no_amounts(amount: int) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        with_hold(wallet(BOUGHT), amount)


def test_an_ended_grant_gives_back_what_it_has() -> None:
    after, amount = with_expiry(wallet(TRIAL, BOUGHT), "trial")

    assert amount == 5_000
    assert (after.available, after.expired) == (10_000, 5_000)
    assert set(after.grants) == {"bought"}
    assert after.is_balanced()


def test_what_a_hold_will_take_from_an_ended_grant_does_not_end_with_it() -> None:
    held = wallet(TRIAL, BOUGHT, held=3_000)

    after, amount = with_expiry(held, "trial")
    paid = with_post(after, held=3_000, posted=3_000)

    assert amount == 2_000, "the trial pays for what was accepted while it was good"
    assert paid.grants["bought"].remaining == 10_000
    assert paid.is_balanced()


def test_a_hold_on_other_grants_keeps_nothing_of_an_ended_one() -> None:
    assert expirable(wallet(TRIAL, BOUGHT, held=6_000), "bought") == 9_000


def test_a_grant_that_is_gone_has_nothing_to_end() -> None:
    assert with_expiry(wallet(BOUGHT), "trial") == (wallet(BOUGHT), 0)


def test_what_is_taken_back_was_never_given() -> None:
    after, taken = with_withdrawal(wallet(TRIAL, BOUGHT), adjustment(-6_000))

    assert taken == {"trial": 5_000, "bought": 1_000}
    assert (after.available, after.granted, after.spent) == (9_000, 9_000, 0)
    assert after.is_balanced()


def test_credits_can_be_taken_back_from_the_one_grant_that_was_wrong() -> None:
    after, taken = with_withdrawal(wallet(TRIAL, BOUGHT), adjustment(-6_000, taken_from="bought"))

    assert taken == {"bought": 6_000}
    assert after.grants["trial"].remaining == 5_000


@pytest.mark.parametrize(("taken_from", "available"), [(None, 11_000), ("trial", 5_000), ("no such grant", 0)])
def test_no_more_is_taken_back_than_is_there_and_free(taken_from: str | None, available: int) -> None:
    with pytest.raises(InsufficientCredits) as refused:
        with_withdrawal(wallet(TRIAL, BOUGHT, held=4_000), adjustment(-11_001, taken_from))

    assert refused.value.available == available


def test_both_sides_of_an_entry_sum_to_zero() -> None:
    own, other = both_sides(Entry("t", "wallet", -1_500, "spend", NOW), REVENUE)

    assert (own.account, other.account, own.amount + other.amount) == ("wallet", REVENUE, 0)


@pytest.mark.requirement("S001-32", "S001-33", "X-23")
def test_a_wallet_is_the_fold_of_its_signed_entries_and_open_holds() -> None:
    entries = [
        Entry("g", "wallet", 10_000, "purchase", NOW, grant_id="g"),
        Entry("t", "wallet", 5_000, "trial", NOW, grant_id="t"),
        Entry("h", "wallet", -1_500, "spend", NOW, from_grants={"t": 1_500}),
        Entry("x", "wallet", -2_000, "expiry", NOW, grant_id="t", from_grants={"t": 2_000}),
        Entry("a", "wallet", -500, "adjustment", NOW, grant_id="a", from_grants={"g": 500}),
        Entry("h", "revenue", 1_500, "spend", NOW),
    ]

    folded = fold("ws", entries, [Hold("h2", "ws", "h2", 3_000, NOW)])

    assert folded == Wallet("ws", available=8_000, held=3_000, spent=1_500, expired=2_000, granted=14_500)
    assert fold_grants(entries) == {"g": 9_500, "t": 1_500}


def test_a_repeated_grant_is_the_same_whoever_sends_it_and_whatever_they_note() -> None:
    grant = Grant("g", GrantKind.PURCHASE, 1_000, 50)

    assert grant.is_same_as(replace(grant, note="again", given_by="another key"))
    assert not grant.is_same_as(replace(grant, amount=1_001))


@pytest.mark.parametrize("price", [None, Price("v", "standard", PriceUnit.IMAGE, 0, 1)])
def test_what_is_free_needs_no_hold(price: Price | None) -> None:
    assert hold_of(a_generation(price=price)) is None


def test_a_generation_has_one_hold_for_all_its_images() -> None:
    generation = a_generation(count=3, price=Price("v", "tiered", PriceUnit.IMAGE, 30_000, 3))

    hold = hold_of(generation)

    assert hold is not None
    assert (hold.id, hold.generation_id, hold.amount) == (generation.id, generation.id, 30_000)


@pytest.mark.parametrize(
    "broken",
    [{"available": 9_999}, {"held": 1}, {"spent": 1}, {"granted": 9_999}, {"available": -1, "held": 10_001}],
)
def test_a_wallet_that_is_off_by_anything_is_not_balanced(broken: dict[str, Any]) -> None:
    assert wallet(BOUGHT).is_balanced()
    assert not replace(wallet(BOUGHT), **broken).is_balanced()
