"""The audit of the ledger: every wallet equals the sum of its entries and holds, every entry has a counter-entry."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Final, Protocol

from easel.clock import Clock
from easel.domain.credits import Entry, Hold, Wallet, fold, fold_grants
from easel.domain.generation import Generation
from easel.jobs import for_each

logger = logging.getLogger(__name__)

_SETTLED: Final = timedelta(hours=1)
"""Entries older than this no longer change; transactions in flight are younger."""
_AT_ONCE: Final = 1_000
"""Entries kept in memory; a history may be longer."""
_MAX_TRIES: Final = 20
_LONGEST_PAUSE: Final = 0.5


class LedgerAudit(Protocol):
    """The reads of the audit. Ranges are by creation time: from `start`, before `end`."""

    def workspaces(self, first_shard: int = 0) -> Iterator[str]: ...

    def all_entries(
        self, workspace_id: str, *, start: datetime | None = None, end: datetime | None = None
    ) -> Iterator[Entry]: ...

    def open_holds(self, workspace_id: str, *, since: str = "") -> tuple[Sequence[Hold], str]:
        """Holds without a resolution, and an id that precedes all later holds, to be passed as `since`."""
        ...

    def is_resolved(self, hold: Hold) -> bool: ...

    def counter_sums(self, end: datetime) -> tuple[Mapping[str, int], int]:
        """The sum of the counter-entries by workspace, and the number of entries that cannot be read."""
        ...


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference: expected and actual amount in milli-credits."""

    workspace_id: str
    what: str
    expected: int
    found: int

    @property
    def amount(self) -> int:
        return abs(self.expected - self.found)


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The result of an audit. `unchecked` are wallets that kept changing, or for which no time was left.

    `failed` counts the wallets and entries that cannot be read.
    """

    wallets: int
    unchecked: int
    differences: tuple[Difference, ...]
    failed: int = 0

    @property
    def total_difference(self) -> int:
        """Never zero when there is a difference, even one of amount zero."""
        return sum(max(difference.amount, 1) for difference in self.differences)


class ReconcileLedger:
    """Compares each wallet with the sum of its history. Read-only; differences have to be examined by people.

    A wallet is read before and after its history, and again if its version has changed in between. Entries older than
    an hour are read once.
    """

    def __init__(
        self,
        *,
        audit: LedgerAudit,
        wallet: Callable[[str], Wallet | None],
        generation: Callable[[str, str], Generation | None],
        clock: Clock,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._audit = audit
        self._wallet = wallet
        self._generation = generation
        self._clock = clock
        self._sleep = sleep

    def __call__(
        self, workspace_ids: Iterable[str] | None = None, *, may_go_on: Callable[[], bool] = lambda: True
    ) -> AuditReport:
        """Audit these workspaces, or all, while `may_go_on` returns true."""
        settled = self._clock() - _SETTLED
        other_sides, unreadable = self._audit.counter_sums(settled)
        unchecked = 0
        differences: list[Difference] = []

        def audit(workspace_id: str) -> bool:
            nonlocal unchecked
            wrong = self._audit_wallet(workspace_id, settled, other_sides) if may_go_on() else None
            unchecked += wrong is None
            differences.extend(wrong or ())
            return wrong is not None

        # Starts at another shard each day, so that wallets without time one night are first on another.
        workspaces = workspace_ids or self._audit.workspaces(settled.toordinal())
        counts = for_each(workspaces, audit, kind="wallet")
        for difference in differences:
            logger.error("the ledger does not add up", extra=_described(difference))
        return AuditReport(counts.done, unchecked + counts.left, tuple(differences), counts.failed + unreadable)

    def _audit_wallet(
        self, workspace_id: str, settled: datetime, other_sides: Mapping[str, int]
    ) -> list[Difference] | None:
        """The differences of a wallet; None when it kept changing."""
        history = _History.of(workspace_id, self._audit.all_entries(workspace_id, end=settled))
        holds_before, later = self._audit.open_holds(workspace_id)
        old_holds = [hold for hold in holds_before if hold.id < later]
        for attempt in range(_MAX_TRIES):
            before = self._wallet(workspace_id)
            recent = list(self._audit.all_entries(workspace_id, start=settled))
            holds = {hold.id: hold for hold in old_holds if not self._audit.is_resolved(hold)}
            holds |= {hold.id: hold for hold in self._audit.open_holds(workspace_id, since=later)[0]}
            if before is not None and before == self._wallet(workspace_id):
                differences = _compare(before, history.with_recent(recent), list(holds.values()))
                differences += _compare_sides(workspace_id, history.sum, other_sides.get(workspace_id, 0))
                return differences + self._orphans(holds.values())
            if before is None:
                return [Difference(workspace_id, "wallet", history.sum, 0)]
            self._sleep(min(0.02 * 2**attempt, _LONGEST_PAUSE))
        logger.warning("wallet kept changing and was not audited", extra={"workspace_id": workspace_id})
        return None

    def _orphans(self, holds: Iterable[Hold]) -> list[Difference]:
        """Holds whose generation has ended or does not exist: they would never be freed."""
        return [
            Difference(hold.workspace_id, f"orphan hold {hold.id}", 0, hold.amount)
            for hold in holds
            if self._has_ended(hold) and not self._audit.is_resolved(hold)
        ]

    def _has_ended(self, hold: Hold) -> bool:
        generation = self._generation(hold.workspace_id, hold.generation_id)
        return generation is None or generation.status.is_final


@dataclass(frozen=True, slots=True)
class _History:
    """Summed entries: the wallet and the remaining amount of each grant."""

    wallet: Wallet
    grants: Mapping[str, int]

    @classmethod
    def of(cls, workspace_id: str, entries: Iterable[Entry]) -> _History:
        history, left = cls(Wallet(workspace_id), {}), iter(entries)
        while some := list(islice(left, _AT_ONCE)):
            history = history.with_recent(some)
        return history

    @property
    def sum(self) -> int:
        return self.wallet.available

    def with_recent(self, entries: Sequence[Entry]) -> _History:
        more, grants = fold(self.wallet.workspace_id, entries, ()), dict(self.grants)
        for grant_id, amount in fold_grants(entries).items():
            grants[grant_id] = grants.get(grant_id, 0) + amount
        wallet = replace(
            self.wallet,
            available=self.wallet.available + more.available,
            spent=self.wallet.spent + more.spent,
            expired=self.wallet.expired + more.expired,
            granted=self.wallet.granted + more.granted,
        )
        return _History(wallet, {grant_id: amount for grant_id, amount in grants.items() if amount})


def _compare(wallet: Wallet, history: _History, holds: Sequence[Hold]) -> list[Difference]:
    held = sum(hold.amount for hold in holds)
    expected = replace(history.wallet, available=history.wallet.available - held, held=held)
    fields = ("available", "held", "spent", "expired", "granted")
    pairs = {name: (getattr(expected, name), getattr(wallet, name)) for name in fields}
    stored = {grant.id: grant.remaining for grant in wallet.grants.values()}
    for grant_id in sorted(stored.keys() | history.grants.keys()):
        pairs[f"grant {grant_id}"] = (history.grants.get(grant_id, 0), stored.get(grant_id, 0))
    return [Difference(wallet.workspace_id, what, *pair) for what, pair in pairs.items() if pair[0] != pair[1]]


def _compare_sides(workspace_id: str, own: int, other: int) -> list[Difference]:
    return [] if own + other == 0 else [Difference(workspace_id, "other sides", -own, other)]


def _described(difference: Difference) -> dict[str, object]:
    return {
        "workspace_id": difference.workspace_id,
        "what": difference.what,
        "expected_milli_credits": difference.expected,
        "found_milli_credits": difference.found,
    }
