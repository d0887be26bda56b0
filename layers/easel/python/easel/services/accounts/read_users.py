"""What a bot's users have: their wallet and their trial, for the bot and for themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from easel.clock import Clock
from easel.domain.credits import Wallet
from easel.domain.identities import TelegramIdentity
from easel.services.accounts.impersonation import no_telegram_user, telegram_identity
from easel.services.accounts.open_account import trial_grant_id
from easel.services.accounts.principal import Principal
from easel.services.ports.accounts import Users
from easel.services.ports.money import Ledger


class TrialStatus(StrEnum):
    """The state of a trial."""

    AVAILABLE = "available"
    USED = "used"
    EXPIRED = "expired"
    NONE = "none"
    """There is none: trials were disabled when this user was created."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A user's trial. Amounts in milli-credits; unknown if another bot's user has it."""

    status: TrialStatus
    amount: int | None = None
    remaining: int = 0
    granted_at: datetime | None = None
    expires_at: datetime | None = None


class ReadUsers:
    """Reads the users of a bot. The first request opens a wallet that is not there yet."""

    def __init__(
        self,
        *,
        users: Users,
        open_account: Callable[[str, tuple[str, ...]], None],
        ledger: Ledger,
        clock: Clock,
    ) -> None:
        self._users = users
        self._open_account = open_account
        self._ledger = ledger
        self._clock = clock

    def wallet(self, caller: Principal, telegram_id: int) -> Wallet:
        """The wallet of a user, for their bot and themselves. Raises NotFound for anyone but users of this bot."""
        return self.wallet_of(self.known(caller, telegram_id))

    def trial(self, caller: Principal, telegram_id: int) -> Trial:
        """The trial of a user, for their bot and themselves. Raises NotFound for anyone but users of this bot."""
        identity = self.known(caller, telegram_id)
        return self.trial_of(identity, self.wallet_of(identity))

    def trial_pays(self, person: Principal) -> bool:
        """Whether the person's trial has credits left: they are spent before all others."""
        wallet = self._ledger.wallet(person.workspace_id)
        return wallet is not None and trial_grant_id(person.identities) in wallet.grants

    def known(self, caller: Principal, telegram_id: int) -> TelegramIdentity:
        """A user, for their bot and themselves.

        Raises:
            Forbidden: a person who names another user.
            NotFound: not a user of this bot.
        """
        identity = telegram_identity(caller, telegram_id)
        if not self._users.knows_telegram(identity):
            raise no_telegram_user(telegram_id)
        return identity

    def wallet_of(self, identity: TelegramIdentity) -> Wallet:
        """The wallet of a user who is known."""
        wallet = self._ledger.wallet(identity.workspace_id)
        if wallet is None:
            self._open_account(identity.workspace_id, identity.names)
            wallet = self._ledger.wallet(identity.workspace_id)
        return wallet or Wallet(identity.workspace_id)

    def trial_of(self, identity: TelegramIdentity, wallet: Wallet) -> Trial:
        """The trial of a user who is known, with their wallet."""
        grant_id = trial_grant_id(identity.names)
        grant = self._ledger.grant(identity.workspace_id, grant_id)
        if grant is None:
            claimed_at = self._ledger.trial_of(identity.names[-1])
            return Trial(TrialStatus.USED, granted_at=claimed_at) if claimed_at else Trial(TrialStatus.NONE)
        left = wallet.grants[grant_id].remaining if grant_id in wallet.grants else 0
        return Trial(
            status=_status(left, grant.expires_at, self._clock()),
            amount=grant.amount,
            remaining=left,
            granted_at=self._ledger.trial_of(identity.names[-1]),
            expires_at=grant.expires_at,
        )


def _status(left: int, expires_at: datetime | None, now: datetime) -> TrialStatus:
    if expires_at is not None and now >= expires_at:
        return TrialStatus.EXPIRED
    return TrialStatus.AVAILABLE if left else TrialStatus.USED
