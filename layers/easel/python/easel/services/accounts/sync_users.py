"""Users of a bot, identified by their Telegram id, each with a wallet and a trial of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from easel.clock import Clock
from easel.domain.credits import Wallet
from easel.domain.identities import TelegramIdentity, TelegramProfile
from easel.services.accounts.ensure_user import EnsureUser
from easel.services.accounts.impersonation import no_telegram_user
from easel.services.accounts.open_account import trial_grant_id
from easel.services.accounts.principal import Principal
from easel.services.ports.accounts import UserRecord, Users
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


@dataclass(frozen=True, slots=True)
class SyncedUser:
    """The result of a sync."""

    user: UserRecord
    created: bool
    wallet: Wallet
    trial: Trial


class TelegramUsers:
    """Creates and reads the users of a bot."""

    def __init__(
        self,
        *,
        users: Users,
        ensure_user: EnsureUser,
        open_account: Callable[[str, tuple[str, ...]], None],
        ledger: Ledger,
        clock: Clock,
    ) -> None:
        self._users = users
        self._ensure_user = ensure_user
        self._open_account = open_account
        self._ledger = ledger
        self._clock = clock

    def sync(self, bot: Principal, profile: TelegramProfile) -> SyncedUser:
        """Create a user or update the profile. Idempotent."""
        return self.sync_in(bot.workspace_id, bot.plan, profile)

    def sync_in(self, bot_workspace_id: str, plan: str, profile: TelegramProfile) -> SyncedUser:
        """`sync`, for callers that act for the bot's workspace."""
        identity = TelegramIdentity(bot_workspace_id, profile.telegram_id)
        user = self._users.update_profile(identity.user_id, profile, self._clock())
        made = None if user else self._ensure_user.of_telegram(identity, profile, plan)
        # A concurrent call created it in between.
        user = user or made or self._users.get(identity.user_id)
        if user is None:
            raise no_telegram_user(profile.telegram_id)
        wallet = self._wallet(identity)
        return SyncedUser(user, created=made is not None, wallet=wallet, trial=self._trial(identity, wallet))

    def wallet(self, bot: Principal, telegram_id: int) -> Wallet:
        """The wallet of a user. Raises NotFound for anyone but users of this bot."""
        return self._wallet(self._known(bot, telegram_id))

    def trial(self, bot: Principal, telegram_id: int) -> Trial:
        """The trial of a user. Raises NotFound for anyone but users of this bot."""
        identity = self._known(bot, telegram_id)
        return self._trial(identity, self._wallet(identity))

    def _known(self, bot: Principal, telegram_id: int) -> TelegramIdentity:
        identity = TelegramIdentity(bot.workspace_id, telegram_id)
        if not self._users.knows_telegram(identity):
            raise no_telegram_user(telegram_id)
        return identity

    def _wallet(self, identity: TelegramIdentity) -> Wallet:
        wallet = self._ledger.wallet(identity.workspace_id)
        if wallet is None:
            self._open_account(identity.workspace_id, identity.names)
            wallet = self._ledger.wallet(identity.workspace_id)
        return wallet or Wallet(identity.workspace_id)

    def _trial(self, identity: TelegramIdentity, wallet: Wallet) -> Trial:
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
