"""People, their balance and their trial as the bot reads them. The integer id of a person is their Telegram id."""

from __future__ import annotations

from pydantic import Field

from easel.clock import to_iso
from easel.domain.credits import MILLI, Wallet
from easel.doors.bot.models import BotAnswer, credits_of
from easel.http.models import Moment
from easel.services.accounts.read_users import Trial, TrialStatus
from easel.services.accounts.sync_users import SyncedUser


class BotUserBody(BotAnswer):
    """A person whom the bot synced."""

    id: int
    telegram_id: int
    public_id: str = Field(description="The id that other systems and events have for this person.")
    username: str | None
    first_name: str | None
    last_name: str | None
    language_code: str | None
    created_at: Moment
    created: bool = Field(description="Whether the user was created by this request.")
    balance: int | float
    trial_available: bool
    referral_code: str | None = Field(description="There are no referrals: always null.")
    referral_applied: bool
    referrer_telegram_id: int | None
    bonus_percent: int


class BotBalanceBody(BotAnswer):
    """What a person can spend, in credits."""

    user_id: int
    telegram_id: int
    balance: int | float
    held: int | float = Field(description="Credits set aside for generations that are running.")


class BotTrialBody(BotAnswer):
    """A person's trial."""

    user_id: int
    telegram_id: int
    trial_available: bool
    used_count: int = Field(description="Credits of the trial that were used.")
    remaining: int | float = Field(description="Credits of the trial that are left.")
    status: str = Field(json_schema_extra={"enum": ["available", "used", "expired", "none"]})


class BotBanBody(BotAnswer):
    """Whether a person is banned. It is always false: a bot that wants to refuse a person does not ask for them."""

    telegram_id: int
    is_banned: bool
    ban_reason: str | None


class BotReferralsBody(BotAnswer):
    """A person's referrals. There is no such programme: the numbers are zero."""

    user_id: int
    referral_code: str = Field(description="Always empty: there is nothing to share.")
    referrals_count: int
    referral_credits_total: int
    bonus_percent: int


def user_body(synced: SyncedUser, telegram_id: int) -> BotUserBody:
    """The result of a sync."""
    profile = synced.user.profile
    return BotUserBody(
        id=telegram_id,
        telegram_id=telegram_id,
        public_id=synced.user.user_id,
        username=profile.username if profile else None,
        first_name=profile.first_name if profile else None,
        last_name=profile.last_name if profile else None,
        language_code=profile.language_code if profile else None,
        created_at=to_iso(synced.user.created_at),
        created=synced.created,
        balance=credits_of(synced.wallet.available),
        trial_available=synced.trial.status is TrialStatus.AVAILABLE,
        referral_code=None,
        referral_applied=False,
        referrer_telegram_id=None,
        bonus_percent=0,
    )


def balance_body(telegram_id: int, wallet: Wallet) -> BotBalanceBody:
    """What a person has."""
    return BotBalanceBody(
        user_id=telegram_id,
        telegram_id=telegram_id,
        balance=credits_of(wallet.available),
        held=credits_of(wallet.held),
    )


def trial_body(telegram_id: int, trial: Trial) -> BotTrialBody:
    """State of a person's trial. One that another bot gave counts as used once."""
    used = 1 if trial.amount is None else (trial.amount - trial.remaining) // MILLI
    return BotTrialBody(
        user_id=telegram_id,
        telegram_id=telegram_id,
        trial_available=trial.status is TrialStatus.AVAILABLE,
        used_count=0 if trial.status is TrialStatus.NONE else used,
        remaining=credits_of(trial.remaining),
        status=trial.status.value,
    )


def referrals_body(telegram_id: int) -> BotReferralsBody:
    """Nobody is referred."""
    return BotReferralsBody(
        user_id=telegram_id, referral_code="", referrals_count=0, referral_credits_total=0, bonus_percent=0
    )


def ban_body(telegram_id: int) -> BotBanBody:
    """Nobody is banned."""
    return BotBanBody(telegram_id=telegram_id, is_banned=False, ban_reason=None)
