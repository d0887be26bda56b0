"""Users of a bot, identified by their Telegram id, each with a wallet and a trial of their own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from easel.clock import Clock
from easel.domain.credits import Wallet
from easel.domain.identities import TelegramIdentity, TelegramProfile
from easel.services.accounts.ensure_user import EnsureUser
from easel.services.accounts.impersonation import no_telegram_user, telegram_identity
from easel.services.accounts.principal import Principal
from easel.services.accounts.read_users import ReadUsers, Trial
from easel.services.ports.accounts import UserRecord, Users


@dataclass(frozen=True, slots=True)
class SyncedUser:
    """The result of a sync."""

    user: UserRecord
    created: bool
    wallet: Wallet
    trial: Trial


class SyncUsers:
    """Creates and updates the users of a bot."""

    def __init__(
        self,
        *,
        users: Users,
        ensure_user: EnsureUser,
        read_users: ReadUsers,
        clock: Clock,
    ) -> None:
        self._users = users
        self._ensure_user = ensure_user
        self._read_users = read_users
        self._clock = clock

    def sync(self, caller: Principal, profile: TelegramProfile, *, unknown: Collection[str] = ()) -> SyncedUser:
        """Create a user or update the profile, except for its fields in `unknown`. Idempotent.

        Raises:
            Forbidden: a person who names another user.
        """
        identity = telegram_identity(caller, profile.telegram_id)
        return self.sync_in(identity.bot_workspace_id, caller.plan, profile, unknown=unknown)

    def sync_in(
        self, bot_workspace_id: str, plan: str, profile: TelegramProfile, *, unknown: Collection[str] = ()
    ) -> SyncedUser:
        """`sync`, for callers that act for the bot's workspace."""
        identity = TelegramIdentity(bot_workspace_id, profile.telegram_id)
        user = self._users.update_profile(identity.user_id, profile, self._clock(), unknown=unknown)
        made = None if user else self._ensure_user.of_telegram(identity, profile, plan)
        # A concurrent call created it in between.
        user = user or made or self._users.get(identity.user_id)
        if user is None:
            raise no_telegram_user(profile.telegram_id)
        wallet = self._read_users.wallet_of(identity)
        trial = self._read_users.trial_of(identity, wallet)
        return SyncedUser(user, created=made is not None, wallet=wallet, trial=trial)
