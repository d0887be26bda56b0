"""Read a wallet: balance and entries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from easel.domain.credits import Entry, Wallet
from easel.errors import WalletMissing
from easel.services.accounts.principal import Principal
from easel.services.ports.money import Ledger
from easel.services.ports.pages import Page


@dataclass(frozen=True, slots=True)
class TrialState:
    """Whether a person had their trial, and its remaining amount in this wallet, in milli-credits."""

    used_at: datetime | None
    remaining: int = 0
    expires_at: datetime | None = None


class ReadWallet:
    """Reads within the caller's workspace only. The first read creates the wallet with its trial, if there is none."""

    def __init__(self, *, ledger: Ledger, open_account: Callable[[str, tuple[str, ...]], None]) -> None:
        self._ledger = ledger
        self._open_account = open_account

    def __call__(self, principal: Principal) -> Wallet:
        """The balance. One read; for a new workspace two reads and a transaction."""
        wallet = self._ledger.wallet(principal.workspace_id)
        if wallet is None:
            self._open_account(principal.workspace_id, principal.identities)
            wallet = self._ledger.wallet(principal.workspace_id)
        if wallet is None:
            raise WalletMissing(f"Workspace {principal.workspace_id} has no wallet.")
        return wallet

    def statement(
        self,
        principal: Principal,
        limit: int,
        *,
        after: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> Page[Entry]:
        """Entries, newest first, after a cursor's sort key and within a period if given. One read."""
        return self._ledger.entries(principal.workspace_id, limit=limit, after=after, start=start, end=end)

    def trial(self, principal: Principal) -> TrialState:
        """The caller's trial: the earliest of any of their identities."""
        moments = [self._ledger.trial_of(identity) for identity in principal.identities]
        used = min((moment for moment in moments if moment), default=None)
        wallet = self._ledger.wallet(principal.workspace_id)
        grant = next((grant for grant in wallet.grants.values() if grant.kind == "trial"), None) if wallet else None
        return TrialState(used, grant.remaining, grant.expires_at) if grant else TrialState(used)
