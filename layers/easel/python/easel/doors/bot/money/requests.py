"""Payments as the bot reports them."""

from __future__ import annotations

from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import Field

from easel.domain.credits import MILLI
from easel.domain.parsing import MAX_MILLI_CREDITS, parse_credits
from easel.domain.stars import CURRENCY, MAX_STARS, StarsOffer
from easel.doors.bot.models import BotRequest
from easel.doors.bot.people import TelegramIdInBody
from easel.errors import InvalidRequest, NotFound
from easel.http.models import WholeNumber
from easel.http.pagination import Listing
from easel.services.ports.charges import Charge

SPEND: Final = Listing(default=100, maximum=1_000)
_LONGEST_ID: Final = 255
ChargeId = Annotated[str, Path(alias="chargeId", description="The payment's id.", json_schema_extra={"minLength": 1})]
_ChargeId = Annotated[str, Field(min_length=1, max_length=_LONGEST_ID)]


class BotGrantRequest(BotRequest):
    """Credits for a user. The same `charge_id` again is the same payment."""

    charge_id: _ChargeId = Field(description="The payment's id: it counts once for the whole bot.")
    credits: float = Field(description="More than zero, with at most three decimals.", examples=[20])
    note: str | None = Field(default=None, max_length=500, description="For readers of the ledger.")


class BotStarsPayment(BotRequest):
    """A payment in Telegram Stars (Bot API, `SuccessfulPayment`)."""

    telegram_id: TelegramIdInBody
    stars_amount: WholeNumber = Field(json_schema_extra={"minimum": 1, "maximum": MAX_STARS})
    currency: str | None = Field(default=None, description=f"`{CURRENCY}`.")
    telegram_charge_id: _ChargeId = Field(description="The payment's id: it counts once for the whole bot.")
    provider_charge_id: str | None = Field(default=None, max_length=_LONGEST_ID)
    invoice_payload: str | None = Field(default=None, max_length=512)


class BotRefundRequest(BotRequest):
    """Which payment, for ids that cannot stand in an address, such as those with a slash."""

    telegram_charge_id: _ChargeId = Field(description="The payment's id, as it was confirmed.")
    telegram_id: TelegramIdInBody | None = Field(default=None, description="Whose it is; checked where it is given.")


def charge_of_grant(body: BotGrantRequest, telegram_id: int) -> Charge:
    """The payment. Raises InvalidRequest: no amount that can be one."""
    allowed = {"exclusiveMinimum": 0, "maximum": MAX_MILLI_CREDITS // MILLI, "decimalPlaces": 3}
    try:
        amount = parse_credits(body.credits)
    except ValueError:
        amount = 0
    if not 0 < amount <= MAX_MILLI_CREDITS:
        raise InvalidRequest.of("credits", "credits must be more than 0, with at most three decimals.", allowed)
    return Charge(body.charge_id, telegram_id, amount)


def charge_of_stars(body: BotStarsPayment, telegram_id: int, offer: StarsOffer) -> Charge:
    """The payment, with the credits that it buys.

    Raises:
        InvalidRequest: another currency, too few or too many Stars, or Stars buy nothing here.
    """
    if body.currency not in {None, CURRENCY}:
        raise InvalidRequest.of("currency", f"currency must be {CURRENCY}.", [CURRENCY])
    allowed = {"minimum": offer.minimum, "maximum": MAX_STARS}
    if not offer.is_open:
        raise InvalidRequest.of("stars_amount", "Stars buy nothing here.", allowed)
    if not offer.minimum <= body.stars_amount <= MAX_STARS:
        message = f"stars_amount must be from {offer.minimum} to {MAX_STARS}."
        raise InvalidRequest.of("stars_amount", message, allowed)
    return Charge(body.telegram_charge_id, telegram_id, offer.milli_credits(body.stars_amount))


def charge_named(text: str) -> str:
    """A payment's id in an address. Raises NotFound."""
    if not 1 <= len(text) <= _LONGEST_ID:
        raise NotFound(f"There is no payment {text[:80]}.")
    return text
