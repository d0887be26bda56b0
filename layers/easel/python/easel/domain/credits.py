"""The rules of money: wallets, grants, two-phase transfers. Pure: the repository does the same in DynamoDB.

Amounts are integer milli-credits. A hold reduces the available balance and fails when it is too low; it is resolved
exactly once: posted (fully or partly, the rest becomes available again) or voided. Records are never changed
afterwards; a correction is a new entry.

Every entry has two sides that sum to zero: the wallet, and the account that the credits come from or go to.

    available + held             = the remaining amounts of the open grants
    available + held + spent + expired = granted
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from easel.domain.generation import Generation
from easel.errors import InsufficientCredits

MILLI: Final = 1_000
"""Milli-credits in a credit."""

LOW_BALANCE_CHARGES: Final = 10
"""A balance that does not pay for this number of charges like the last one is low."""


class GrantKind(StrEnum):
    """Why credits were granted. The value is also the name of the counter-account."""

    PURCHASE = "purchase"
    PROMOTION = "promotion"
    TRIAL = "trial"
    ADJUSTMENT = "adjustment"


REVENUE: Final = "revenue"
"""The counter-account of spent credits."""
EXPIRED: Final = "expired"
"""The counter-account of expired credits."""

DEFAULT_PRIORITIES: Final[Mapping[GrantKind, int]] = {
    GrantKind.TRIAL: 10,
    GrantKind.PROMOTION: 20,
    GrantKind.ADJUSTMENT: 40,
    GrantKind.PURCHASE: 50,
}
"""Lower is spent first: free credits before bought ones."""


@dataclass(frozen=True, slots=True)
class OpenGrant:
    """A grant with its remaining amount."""

    id: str
    kind: GrantKind
    remaining: int
    priority: int
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """Credits that were granted, or withdrawn by an operator when `amount` is negative; never changed afterwards.

    `taken_from` names the one grant that a withdrawal reduces; without it grants are reduced as by a charge.
    """

    id: str
    kind: GrantKind
    amount: int
    priority: int
    expires_at: datetime | None = None
    note: str | None = None
    given_by: str | None = None
    taken_from: str | None = None

    def is_same_as(self, other: Grant) -> bool:
        """Whether a repeated request is for the same grant; its sender and note may differ."""
        return replace(self, note=None, given_by=None) == replace(other, note=None, given_by=None)

    @property
    def opened(self) -> OpenGrant:
        """The open grant that it adds to the wallet."""
        return OpenGrant(self.id, self.kind, self.amount, self.priority, self.expires_at)


@dataclass(frozen=True, slots=True)
class Wallet:
    """The stored balance of a workspace: always the sum of its entries and open holds.

    `granted` is the sum of grants minus withdrawals. `version` counts the changes of the stored record. `low_told_at`
    is what `granted` was when its owner was last told that the balance is low.
    """

    workspace_id: str
    available: int = 0
    held: int = 0
    spent: int = 0
    expired: int = 0
    granted: int = 0
    grants: Mapping[str, OpenGrant] = field(default_factory=dict)
    version: int = 0
    low_told_at: int | None = None

    def is_balanced(self) -> bool:
        """Whether the two equations at the top of this module hold and no amount is negative."""
        left = sum(grant.remaining for grant in self.grants.values())
        amounts = (self.available, self.held, self.spent, self.expired, self.granted)
        return (
            min(amounts) >= 0
            and self.available + self.held == left
            and self.available + self.held + self.spent + self.expired == self.granted
        )


def runs_low(wallet: Wallet, hold: Hold, posted: int) -> bool:
    """Whether the owner is to be told, after a part of a hold is posted: once until credits are granted again.

    The balance is low when it does not pay for `LOW_BALANCE_CHARGES` charges like this one.
    """
    left = wallet.available + hold.amount - posted
    return posted > 0 and wallet.low_told_at != wallet.granted and left < posted * LOW_BALANCE_CHARGES


@dataclass(frozen=True, slots=True)
class Hold:
    """The first phase of a transfer: credits reserved for a generation."""

    id: str
    workspace_id: str
    generation_id: str
    amount: int
    created_at: datetime


def hold_of(generation: Generation) -> Hold | None:
    """The hold of a generation: one for all of its images, with its id. None when it is free."""
    if generation.price is None or generation.price.total == 0:
        return None
    return Hold(
        id=generation.id,
        workspace_id=generation.workspace_id,
        generation_id=generation.id,
        amount=generation.price.total,
        created_at=generation.created_at,
    )


class Resolution(StrEnum):
    """The outcome of a hold."""

    POSTED = "POSTED"
    VOIDED = "VOIDED"


def with_grant(wallet: Wallet, grant: OpenGrant) -> Wallet:
    """Add a grant."""
    _check_amount(grant.remaining)
    if grant.id in wallet.grants:
        raise ValueError(f"grant {grant.id} exists already")
    return replace(
        wallet,
        available=wallet.available + grant.remaining,
        granted=wallet.granted + grant.remaining,
        grants={**wallet.grants, grant.id: grant},
    )


def with_hold(wallet: Wallet, amount: int) -> Wallet:
    """Reserve credits. Raises InsufficientCredits."""
    _check_amount(amount)
    if wallet.available < amount:
        raise InsufficientCredits(amount, wallet.available)
    return replace(wallet, available=wallet.available - amount, held=wallet.held + amount)


def with_post(wallet: Wallet, held: int, posted: int) -> Wallet:
    """Post a hold, fully or partly; the rest becomes available again. Posting 0 is a void."""
    if not 0 <= posted <= held:
        raise ValueError(f"cannot post {posted} of a hold of {held}")
    return replace(
        wallet,
        available=wallet.available + held - posted,
        held=wallet.held - held,
        spent=wallet.spent + posted,
        grants=_taken(wallet.grants, allocate(wallet.grants.values(), posted)),
    )


def with_withdrawal(wallet: Wallet, grant: Grant) -> tuple[Wallet, Mapping[str, int]]:
    """Withdraw credits: (wallet, amount per grant).

    Raises:
        InsufficientCredits: the available balance is too low; holds are not touched.
    """
    amount = -grant.amount
    _check_amount(amount)
    named = wallet.grants.get(grant.taken_from) if grant.taken_from else None
    sources = [named] if named else [] if grant.taken_from else list(wallet.grants.values())
    available = min(wallet.available, sum(source.remaining for source in sources))
    if available < amount:
        raise InsufficientCredits(amount, available)
    taken = allocate(sources, amount)
    after = replace(
        wallet,
        available=wallet.available - amount,
        granted=wallet.granted - amount,
        grants=_taken(wallet.grants, taken),
    )
    return after, taken


def with_expiry(wallet: Wallet, grant_id: str) -> tuple[Wallet, int]:
    """Expire what no open hold needs of a grant that has ended: (wallet, amount)."""
    amount = expirable(wallet, grant_id)
    after = replace(
        wallet,
        available=wallet.available - amount,
        expired=wallet.expired + amount,
        grants=_taken(wallet.grants, {grant_id: amount}) if amount else wallet.grants,
    )
    return after, amount


def expirable(wallet: Wallet, grant_id: str) -> int:
    """The amount of a grant that can expire now: what open holds would take from it, if posted fully, stays.

    So a generation that was accepted before the grant ended may still be paid from it.
    """
    grant = wallet.grants.get(grant_id)
    return grant.remaining - allocate(wallet.grants.values(), wallet.held).get(grant_id, 0) if grant else 0


def allocate(grants: Iterable[OpenGrant], amount: int) -> dict[str, int]:
    """Amount per grant that pays: lowest priority number first, then the earliest end, then the oldest id.

    Raises:
        ValueError: the grants have less; holds prevent that.
    """
    ordered = sorted(grants, key=_order)
    taken: dict[str, int] = {}
    for grant in ordered:
        if amount == 0:
            break
        part = min(grant.remaining, amount)
        if part:
            taken[grant.id] = part
            amount -= part
    if amount:
        raise ValueError(f"the grants lack {amount} milli-credits")
    return taken


def _order(grant: OpenGrant) -> tuple[int, str, str]:
    return grant.priority, grant.expires_at.isoformat() if grant.expires_at else "9999", grant.id


def _taken(grants: Mapping[str, OpenGrant], taken: Mapping[str, int]) -> dict[str, OpenGrant]:
    """The grants minus what was taken; used up ones are dropped."""
    left = {id_: replace(grant, remaining=grant.remaining - taken.get(id_, 0)) for id_, grant in grants.items()}
    return {id_: grant for id_, grant in left.items() if grant.remaining}


def _check_amount(amount: int) -> None:
    if amount <= 0:
        raise ValueError(f"{amount} is not an amount")


@dataclass(frozen=True, slots=True)
class Entry:
    """One side of a double entry, never changed. `account` is `wallet` or the counter-account.

    `grant_id` is the grant that was added, expired or corrected, `from_grants` the amount taken from each grant.
    """

    transfer_id: str
    account: str
    amount: int
    reason: str
    created_at: datetime
    generation_id: str | None = None
    grant_id: str | None = None
    from_grants: Mapping[str, int] = field(default_factory=dict)


WALLET: Final = "wallet"
SPEND: Final = "spend"
EXPIRY: Final = "expiry"


def both_sides(entry: Entry, counter_account: str) -> tuple[Entry, Entry]:
    """The wallet's side and the counter-account's: together they sum to zero."""
    return entry, replace(entry, account=counter_account, amount=-entry.amount)


def fold(workspace_id: str, entries: Sequence[Entry], open_holds: Sequence[Hold]) -> Wallet:
    """The wallet computed from its entries and open holds; for remaining grants see `fold_grants`."""
    own = [entry for entry in entries if entry.account == WALLET]
    held = sum(hold.amount for hold in open_holds)
    posted = sum(entry.amount for entry in own)
    return Wallet(
        workspace_id=workspace_id,
        available=posted - held,
        held=held,
        spent=-sum(entry.amount for entry in own if entry.reason == SPEND),
        expired=-sum(entry.amount for entry in own if entry.reason == EXPIRY),
        granted=sum(entry.amount for entry in own if entry.reason not in {SPEND, EXPIRY}),
    )


def fold_grants(entries: Sequence[Entry]) -> dict[str, int]:
    """The remaining amount of each grant, computed from the wallet's entries; used up grants are left out."""
    left: dict[str, int] = {}
    for entry in entries:
        if entry.account != WALLET:
            continue
        if entry.amount > 0 and entry.grant_id:
            left[entry.grant_id] = left.get(entry.grant_id, 0) + entry.amount
        for grant_id, amount in entry.from_grants.items():
            left[grant_id] = left.get(grant_id, 0) - amount
    return {grant_id: amount for grant_id, amount in left.items() if amount}
