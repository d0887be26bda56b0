"""Payments and spending as the bot reads them, in credits."""

from __future__ import annotations

from pydantic import Field

from easel.domain.stars import CURRENCY, StarsOffer
from easel.doors.bot.models import BotAnswer, credits_of
from easel.http.pagination import PageRequest, Pages
from easel.services.money.read_spend import UserSpend
from easel.services.money.top_up_users import Refunded, ToppedUp
from easel.services.ports.pages import Page


class BotStarsOptionsBody(BotAnswer):
    """What Stars buy: `exchange_numerator` credits for `exchange_denominator` Stars."""

    enabled: bool
    min_stars: int
    preset_stars: list[int]
    exchange_numerator: int
    exchange_denominator: int
    currency: str


class BotToppedUpBody(BotAnswer):
    """A payment that brought credits; `replayed` if it had been counted before."""

    telegram_id: int
    charge_id: str
    credits_added: int | float
    balance: int | float
    replayed: bool


class BotRefundBody(BotAnswer):
    """A payment that was taken back as far as it was not spent. The bot refunds the Stars."""

    telegram_id: int
    charge_id: str
    credits_refunded: int | float
    credits_spent: int | float
    balance: int | float
    replayed: bool


class BotUserSpendBody(BotAnswer):
    """A user: what they got, spent and have."""

    telegram_id: int
    public_id: str
    granted: int | float
    spent: int | float
    expired: int | float
    held: int | float
    balance: int | float


class BotSpendTotals(BotAnswer):
    """Sums of users."""

    users: int
    granted: int | float
    spent: int | float
    balance: int | float


class BotSpendBody(BotAnswer):
    """A page of the users of this bot."""

    users: list[BotUserSpendBody]
    page_totals: BotSpendTotals = Field(description="Of the users of this page.")
    totals: BotSpendTotals | None = Field(
        description="Of all users of the bot, where they are all on this page; null where there are more pages: add up "
        "`page_totals` then."
    )
    limit: int
    next_cursor: str | None


def options_body(offer: StarsOffer) -> BotStarsOptionsBody:
    """What Stars buy."""
    return BotStarsOptionsBody(
        enabled=offer.is_open,
        min_stars=offer.minimum,
        preset_stars=list(offer.presets),
        exchange_numerator=offer.rate.numerator,
        exchange_denominator=offer.rate.denominator,
        currency=CURRENCY,
    )


def topped_up_body(done: ToppedUp) -> BotToppedUpBody:
    """A payment that brought credits."""
    return BotToppedUpBody(
        telegram_id=done.charge.telegram_id,
        charge_id=done.charge.id,
        credits_added=credits_of(done.charge.milli_credits),
        balance=credits_of(done.available),
        replayed=done.replayed,
    )


def refund_body(done: Refunded) -> BotRefundBody:
    """A payment that was taken back."""
    return BotRefundBody(
        telegram_id=done.charge.telegram_id,
        charge_id=done.charge.id,
        credits_refunded=credits_of(done.milli_credits),
        credits_spent=credits_of(done.charge.milli_credits - done.milli_credits),
        balance=credits_of(done.available),
        replayed=done.replayed,
    )


def spend_body(page: Page[UserSpend], asked: PageRequest, pages: Pages) -> BotSpendBody:
    """A page of the users of a bot, with sums."""
    users, next_cursor = pages.fit(page, _user_body)
    wallets = [user.wallet for user in page.items[: len(users)]]
    totals = BotSpendTotals(
        users=len(users),
        granted=credits_of(sum(wallet.granted for wallet in wallets)),
        spent=credits_of(sum(wallet.spent for wallet in wallets)),
        balance=credits_of(sum(wallet.available for wallet in wallets)),
    )
    is_all = asked.after is None and next_cursor is None
    return BotSpendBody(
        users=users,
        page_totals=totals,
        totals=totals if is_all else None,
        limit=asked.limit,
        next_cursor=next_cursor,
    )


def _user_body(user: UserSpend) -> BotUserSpendBody:
    wallet = user.wallet
    return BotUserSpendBody(
        telegram_id=user.telegram_id,
        public_id=user.user_id,
        granted=credits_of(wallet.granted),
        spent=credits_of(wallet.spent),
        expired=credits_of(wallet.expired),
        held=credits_of(wallet.held),
        balance=credits_of(wallet.available),
    )
