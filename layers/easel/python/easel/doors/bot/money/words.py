"""Payments of a bot's users in the OpenAPI document."""

from __future__ import annotations

from typing import Final

from easel.errors import Conflict, Contended, GrantIdReused, InvalidRequest, NotFound, TooManyGrants
from easel.http.description import route

_TAG: Final = "Telegram"

ADD_CREDITS: Final = route(
    "botAddCredits",
    _TAG,
    "Top up a Telegram user",
    "For a payment that the bot took. A payment counts once for the whole bot: sent again, it answers the same.",
    {200: "Counted before.", 201: "The credits are there."},
    errors=(InvalidRequest, NotFound, GrantIdReused, TooManyGrants, Contended),
)

STARS_OPTIONS: Final = route(
    "botReadStarsOptions", _TAG, "Get what Telegram Stars buy", "The rate as a fraction.", {200: "The offer."}
)

CONFIRM_STARS: Final = route(
    "botConfirmStars",
    _TAG,
    "Confirm a payment in Telegram Stars",
    "Adds the credits that the Stars buy. The same `telegram_charge_id` again answers the same.",
    {200: "The credits are there."},
    errors=(InvalidRequest, NotFound, GrantIdReused, TooManyGrants, Contended),
)

REFUND: Final = route(
    "botRefundPayment",
    _TAG,
    "Take back what is left of a payment",
    "Returns the credits that were not spent and says how many were. The bot then refunds the Stars. 409 while a "
    "running generation holds credits of the payment: ask again when it has ended.",
    {200: "What was taken back."},
    errors=(NotFound, Conflict, Contended),
)

REFUND_NAMED: Final = route(
    "botRefundNamedPayment",
    _TAG,
    "Take back what is left of a payment, named in the body",
    "The same as `POST /api/v1/payments/stars/refund/{chargeId}`, for every id that a payment may have.",
    {200: "What was taken back."},
    errors=(InvalidRequest, NotFound, Conflict, Contended),
)

READ_SPEND: Final = route(
    "botReadSpend",
    _TAG,
    "Get what the users of a bot have spent",
    "All users of the bot, with what they got, spent and have, and the sums of each page. Follow `next_cursor`; "
    "`totals` of all users come where these fit into one page.",
    {200: "One page."},
)
