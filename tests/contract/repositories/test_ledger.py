"""The ledger in DynamoDB: each member of a transaction does what it says, once, and says what stood in its way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.tables import create_ledger_table

from easel.domain.credits import (
    EXPIRED,
    REVENUE,
    Entry,
    Grant,
    GrantKind,
    Hold,
    OpenGrant,
    Wallet,
    fold,
    fold_grants,
)
from easel.errors import EaselError, InsufficientCredits, StaleWrite, TooManyGrants, WalletMissing
from easel.repositories.attribute_values import from_item
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.money.ledger import MAX_OPEN_GRANTS, DynamoLedger
from easel.repositories.money.ledger_audit import DynamoLedgerAudit
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from tests.support.emulator import Emulator

WS = "ws-1"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BOUGHT = Grant("bought", GrantKind.PURCHASE, 10_000, 50)
TRIAL = Grant("trial", GrantKind.TRIAL, 5_000, 10, NOW + timedelta(days=1))
HOLD_ID = "01a00000-0000-7000-8000-000000000010"


class Books:
    """A ledger of its own, and what tests do to it."""

    def __init__(self, client: DynamoDBClient) -> None:
        self.client, self.table = client, create_ledger_table(client)
        self.ledger = DynamoLedger(client, self.table)
        self.audit = DynamoLedgerAudit(client, self.table)

    def commit(self, *writes: Write) -> None:
        DynamoTransactions(self.client, sleep=lambda _: None).commit(*writes)

    def open(self, *grants: Grant, workspace: str = WS) -> Books:
        self.commit(*self.ledger.opening(workspace, NOW))
        for grant in grants:
            self.commit(*self.ledger.granting(workspace, grant, NOW))
        return self

    def hold(self, amount: int, number: int = 0) -> Hold:
        identifier = f"{HOLD_ID[:-4]}{number:03x}0"
        hold = Hold(identifier, WS, identifier, amount, NOW)
        self.commit(*self.ledger.holding(hold))
        return hold

    def resolve(self, hold: Hold, posted: int) -> None:
        self.commit(*self.ledger.resolving(hold, self.wallet(), posted, NOW))

    def wallet(self) -> Wallet:
        found = self.ledger.wallet(WS)
        assert found is not None
        return found

    def items(self) -> list[dict[str, Any]]:
        return [from_item(item) for item in self.client.scan(TableName=self.table)["Items"]]

    def check(self) -> None:
        """The wallet is the fold of its entries and open holds."""
        entries, (holds, _) = list(self.audit.all_entries(WS)), self.audit.open_holds(WS)
        wallet = self.wallet()
        assert wallet.is_balanced()
        assert replace(wallet, grants={}, version=0, low_told_at=None) == fold(WS, entries, holds)
        assert {grant.id: grant.remaining for grant in wallet.grants.values()} == fold_grants(entries)


@pytest.fixture
def books(emulator: Emulator) -> Books:
    return Books(emulator.client("dynamodb"))


def refused(books: Books, *writes: Write) -> EaselError:
    """What stood in the way; nothing may have changed."""
    before = books.items()
    with pytest.raises(EaselError) as error:
        books.commit(*writes)
    assert books.items() == before
    return error.value


# --- opening and granting -------------------------------------------------------------------------------------------


def test_a_wallet_is_opened_once_with_its_first_grant(books: Books) -> None:
    books.commit(*books.ledger.opening(WS, NOW, TRIAL))

    assert books.wallet() == Wallet(WS, available=5_000, granted=5_000, grants={"trial": TRIAL.opened}, version=1)
    assert isinstance(refused(books, *books.ledger.opening(WS, NOW, BOUGHT)), StaleWrite)
    assert list(books.audit.workspaces()) == [WS]
    books.check()


def test_a_workspace_that_was_never_seen_has_no_wallet(books: Books) -> None:
    assert books.ledger.wallet(WS) is None
    assert isinstance(refused(books, *books.ledger.granting(WS, BOUGHT, NOW)), WalletMissing)
    hold = Hold(HOLD_ID, WS, HOLD_ID, 1, NOW)
    assert isinstance(refused(books, *books.ledger.holding(hold)), WalletMissing)


def test_a_grant_is_remembered_as_it_was_made(books: Books) -> None:
    books.open(noted := replace(TRIAL, note="welcome", given_by="key-1"))

    assert books.ledger.grant(WS, "trial") == noted
    assert books.ledger.grant(WS, "other") is None
    assert isinstance(refused(books, *books.ledger.granting(WS, TRIAL, NOW)), StaleWrite)


def test_a_wallet_takes_a_bounded_number_of_open_grants(books: Books) -> None:
    full = {f"g{number}": OpenGrant(f"g{number}", GrantKind.PURCHASE, 1, 50) for number in range(MAX_OPEN_GRANTS)}
    books.open(*(Grant(name, GrantKind.PURCHASE, 1, 50) for name in full))

    assert isinstance(refused(books, *books.ledger.granting(WS, BOUGHT, NOW)), TooManyGrants)


@pytest.mark.requirement("S001-40", "X-24")
def test_a_trial_is_noted_once_for_each_name(books: Books) -> None:
    assert books.ledger.trial_of("telegram:7") is None
    books.commit(books.ledger.claiming_trial("telegram:7", WS, NOW))

    assert books.ledger.trial_of("telegram:7") == NOW
    assert isinstance(refused(books, books.ledger.claiming_trial("telegram:7", "ws-2", NOW)), StaleWrite)


def test_credits_are_taken_back_from_what_is_available(books: Books) -> None:
    books.open(TRIAL, BOUGHT)
    back = Grant("back", GrantKind.ADJUSTMENT, -12_000, 40)

    books.commit(*books.ledger.withdrawing(WS, books.wallet(), back, NOW))

    wallet = books.wallet()
    assert (wallet.available, wallet.granted, set(wallet.grants)) == (3_000, 3_000, {"bought"})
    with pytest.raises(InsufficientCredits):
        books.ledger.withdrawing(WS, wallet, replace(back, id="more", amount=-3_001), NOW)
    books.check()


def test_credits_that_somebody_held_meanwhile_cannot_be_taken_back(books: Books) -> None:
    books.open(BOUGHT)
    read_before = books.wallet()
    books.hold(9_000)

    back = Grant("back", GrantKind.ADJUSTMENT, -5_000, 40)
    assert isinstance(refused(books, *books.ledger.withdrawing(WS, read_before, back, NOW)), StaleWrite)


# --- holds ----------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("S002-13", "S002-14", "S002-56")
def test_a_hold_of_too_much_is_refused_with_what_is_there(books: Books) -> None:
    books.open(BOUGHT)
    books.hold(6_000)

    error = refused(books, *books.ledger.holding(Hold(HOLD_ID[:-1] + "f", WS, "g", 4_001, NOW)))

    assert isinstance(error, InsufficientCredits)
    assert (error.required, error.available) == (4_001, 4_000)


def test_a_hold_can_be_read_resolved_or_not(books: Books) -> None:
    books.open(BOUGHT)
    hold = books.hold(1_000)

    assert books.ledger.hold(WS, hold.id) == hold
    assert books.ledger.hold(WS, "other") is None
    books.resolve(hold, 0)
    assert books.ledger.hold(WS, hold.id) == hold


@pytest.mark.requirement("S002-16", "S002-17", "S002-36", "S002-37")
@pytest.mark.parametrize("posted", [0, 1, 2_500, 4_000])
@pytest.mark.parametrize("again", [0, 2_500, 4_000])
def test_a_hold_is_resolved_once_and_wholly_or_in_part(books: Books, posted: int, again: int) -> None:
    books.open(BOUGHT)
    hold = books.hold(4_000)

    books.resolve(hold, posted)

    wallet = books.wallet()
    assert (wallet.available, wallet.held, wallet.spent) == (10_000 - posted, 0, posted)
    assert isinstance(refused(books, *books.ledger.resolving(hold, wallet, again, NOW)), StaleWrite)
    books.check()


@pytest.mark.parametrize("again", [0, 4_000])
def test_a_hold_is_resolved_once_while_others_are_open(books: Books, again: int) -> None:
    # Without another hold, the wallet would have nothing held that a second time could take.
    books.open(BOUGHT)
    hold, _other = books.hold(4_000, 1), books.hold(4_000, 2)
    books.resolve(hold, 1_000)

    error = refused(books, *books.ledger.resolving(hold, books.wallet(), again, NOW))

    assert isinstance(error, StaleWrite)
    assert (books.wallet().held, books.wallet().spent) == (4_000, 1_000)
    books.check()


@pytest.mark.parametrize("difference", [{"id": "other"}, {"amount": 3_999}], ids=["another id", "another amount"])
def test_a_hold_that_was_never_made_or_of_another_amount_cannot_be_resolved(
    books: Books, difference: dict[str, Any]
) -> None:
    books.open(BOUGHT)
    wrong = replace(books.hold(4_000), **difference)

    error = refused(books, *books.ledger.resolving(wrong, books.wallet(), 1_000, NOW))

    assert isinstance(error, StaleWrite)


def test_charges_that_read_the_same_wallet_do_not_hinder_each_other(books: Books) -> None:
    books.open(BOUGHT)
    holds = [books.hold(2_000, number) for number in range(3)]
    read_before = books.wallet()

    for hold in holds:
        books.commit(*books.ledger.resolving(hold, read_before, 2_000, NOW))

    assert books.wallet().spent == 6_000
    books.check()


def test_a_charge_that_would_empty_a_grant_unseen_reads_again(books: Books) -> None:
    books.open(TRIAL, BOUGHT)
    first, second = books.hold(3_000, 1), books.hold(2_000, 2)
    read_before = books.wallet()
    books.resolve(first, 3_000)

    assert isinstance(refused(books, *books.ledger.resolving(second, read_before, 2_000, NOW)), StaleWrite)
    books.resolve(second, 2_000)
    assert {grant.id: grant.remaining for grant in books.wallet().grants.values()} == {"bought": 10_000}
    books.check()


# --- expiry ---------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("X-24")
def test_an_ended_grant_is_found_and_its_rest_expires(books: Books) -> None:
    books.open(TRIAL, BOUGHT)
    later = NOW + timedelta(days=2)
    assert books.ledger.ended_grants(NOW, 10) == []
    assert books.ledger.ended_grants(later, 10) == [(WS, "trial")]

    books.commit(*books.ledger.expiring(WS, books.wallet(), "trial", later))

    wallet = books.wallet()
    assert (wallet.available, wallet.expired, set(wallet.grants)) == (10_000, 5_000, {"bought"})
    assert books.ledger.ended_grants(later, 10) == [], "a closed grant is not looked at again"
    books.check()


def test_what_is_held_of_an_ended_grant_expires_when_it_is_free_again(books: Books) -> None:
    books.open(TRIAL, BOUGHT)
    hold, later = books.hold(3_000), NOW + timedelta(days=2)

    books.commit(*books.ledger.expiring(WS, books.wallet(), "trial", later))
    assert books.wallet().expired == 2_000
    assert books.ledger.ended_grants(later, 10) == [(WS, "trial")]
    assert books.ledger.expiring(WS, books.wallet(), "trial", later) == [], "nothing to write while it is held"
    books.resolve(hold, 1_000)
    books.commit(*books.ledger.expiring(WS, books.wallet(), "trial", later))

    wallet = books.wallet()
    assert (wallet.available, wallet.spent, wallet.expired) == (10_000, 1_000, 4_000)
    books.check()


def test_a_grant_that_was_used_up_is_closed_when_it_ends(books: Books) -> None:
    books.open(TRIAL)
    books.resolve(books.hold(5_000), 5_000)
    later = NOW + timedelta(days=2)

    books.commit(*books.ledger.expiring(WS, books.wallet(), "trial", later))

    assert books.wallet().expired == 0
    assert books.ledger.ended_grants(later, 10) == []
    again = books.ledger.expiring(WS, books.wallet(), "trial", later)
    assert isinstance(refused(books, *again), StaleWrite)


# --- the statement and the auditor ----------------------------------------------------------------------------------


@pytest.mark.requirement("S001-32", "S001-33")
def test_entries_tell_what_came_and_went_and_who_paid(books: Books) -> None:
    books.open(TRIAL, BOUGHT)
    hold = books.hold(6_000)
    books.resolve(hold, 6_000)

    entries = {entry.reason: entry for entry in books.audit.all_entries(WS)}

    assert entries["trial"].amount == 5_000
    assert entries["spend"] == Entry(
        hold.id,
        "wallet",
        -6_000,
        "spend",
        NOW,
        generation_id=hold.id,
        from_grants={"trial": 5_000, "bought": 1_000},
    )
    (revenue,) = books.audit.counter_entries(REVENUE)
    assert (revenue.amount, revenue.account, revenue.transfer_id) == (6_000, REVENUE, hold.id)
    assert list(books.audit.counter_entries(EXPIRED)) == []
    assert books.audit.counter_sums(NOW + timedelta(seconds=1)) == ({WS: 6_000 - 15_000}, 0)
    assert books.audit.counter_sums(NOW) == ({}, 0)


def test_a_statement_is_paged_newest_first_without_an_empty_last_page(books: Books) -> None:
    books.open()
    for number in range(4):
        grant = Grant(f"g{number}", GrantKind.PURCHASE, number + 1, 50)
        books.commit(*books.ledger.granting(WS, grant, NOW + timedelta(seconds=number)))

    first = books.ledger.entries(WS, limit=2, after=None)
    second = books.ledger.entries(WS, limit=2, after=first.next_after)

    assert [entry.amount for entry in first.items + second.items] == [4, 3, 2, 1]
    assert second.next_after is None
    since = books.ledger.entries(WS, limit=9, after=None, start=NOW + timedelta(seconds=2))
    until = books.ledger.entries(WS, limit=9, after=None, end=NOW + timedelta(seconds=2))
    assert [entry.amount for entry in since.items] == [4, 3]
    assert [entry.amount for entry in until.items] == [2, 1]


def test_open_holds_are_found_beside_any_number_of_resolved_ones(books: Books) -> None:
    books.open(BOUGHT)
    holds = [books.hold(100, number) for number in range(6)]
    for hold in (holds[0], holds[2], holds[5]):
        books.resolve(hold, 0)

    found, later = books.audit.open_holds(WS)

    assert [hold.id for hold in found] == [holds[1].id, holds[3].id, holds[4].id]
    assert later < holds[0].id, "what is on its way has a later id than this"
    assert [hold.id for hold in books.audit.open_holds(WS, since=holds[3].id)[0]] == [holds[3].id, holds[4].id]
    assert (books.audit.is_resolved(holds[0]), books.audit.is_resolved(holds[1])) == (True, False)


def test_every_change_of_a_wallet_is_counted(books: Books) -> None:
    books.open(TRIAL, BOUGHT)
    versions = [books.wallet().version]
    hold = books.hold(1_000)
    versions.append(books.wallet().version)
    books.resolve(hold, 0)
    versions.append(books.wallet().version)

    assert versions == [3, 4, 5], "a hold and its void leave the same amounts and another version"
