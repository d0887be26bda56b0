"""Credits and budgets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from easel.domain.budgets import Budget, BudgetNotice, BudgetScope
from easel.domain.credits import Entry, Grant, Hold, Wallet
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write


class Ledger(Protocol):
    """Wallets, holds, grants and entries. Methods that return writes are parts of transactions."""

    def holding(self, hold: Hold) -> Sequence[Write]:
        """Also counts in the workspace's budget. Conflict: InsufficientCredits, BudgetExceeded, WalletMissing."""
        ...

    def resolving(
        self,
        hold: Hold,
        wallet: Wallet,
        posted: int,
        now: datetime,
        *,
        low: bool = False,
        notice: BudgetNotice = BudgetNotice.NONE,
    ) -> Sequence[Write]:
        """Also frees in the workspace's budget what was not charged. Conflict: StaleWrite.

        `low` and `notice` record that the owner is told of a low balance, and of the budget.
        """
        ...

    def opening(self, workspace_id: str, now: datetime, grant: Grant | None = None) -> Sequence[Write]:
        """Conflict: StaleWrite."""
        ...

    def granting(self, workspace_id: str, grant: Grant, now: datetime) -> Sequence[Write]:
        """Conflict: StaleWrite, WalletMissing, TooManyGrants."""
        ...

    def withdrawing(self, workspace_id: str, wallet: Wallet, grant: Grant, now: datetime) -> Sequence[Write]:
        """Raises InsufficientCredits. Conflict: StaleWrite."""
        ...

    def expiring(self, workspace_id: str, wallet: Wallet, grant_id: str, now: datetime) -> Sequence[Write]:
        """Conflict: StaleWrite."""
        ...

    def claiming_trial(self, identity: str, workspace_id: str, now: datetime) -> Write:
        """Conflict: StaleWrite."""
        ...

    def wallet(self, workspace_id: str) -> Wallet | None: ...

    def hold(self, workspace_id: str, hold_id: str) -> Hold | None: ...

    def grant(self, workspace_id: str, grant_id: str) -> Grant | None: ...

    def trial_of(self, identity: str) -> datetime | None: ...

    def entries(
        self,
        workspace_id: str,
        *,
        limit: int,
        after: str | None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> Page[Entry]: ...

    def ended_grants(self, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """(workspace id, grant id) of ended grants that may have credits left; those set aside come last."""
        ...

    def set_grant_aside(self, workspace_id: str, grant_id: str) -> None:
        """Let `ended_grants` return this grant after all others."""
        ...


class Budgets(Protocol):
    """Monthly budgets. A scope without a limit is counted too, and never refused.

    What a workspace spends is counted by `Ledger`, with the change of its wallet; what a key spends is counted here.
    """

    def reserving(self, key: BudgetScope, amount: int, now: datetime) -> Write:
        """Count a hold. Conflict: BudgetExceeded."""
        ...

    def closing(
        self, key: BudgetScope, month: str, freed: int, notice: BudgetNotice = BudgetNotice.NONE
    ) -> Write | None:
        """Free what was not charged, and record a notice. Conflict with a notice: StaleWrite, when it was sent."""
        ...

    def get(self, scopes: Sequence[BudgetScope], month: str) -> Sequence[Budget]:
        """The budgets of these scopes of one workspace, in their order."""
        ...

    def setting(self, before: Budget, limit: int | None) -> Write:
        """Set the limit of a scope. Conflict: StaleWrite, when its limit is no longer what was read; WalletMissing."""
        ...
