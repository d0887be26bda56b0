"""The bot's people in the OpenAPI document."""

from __future__ import annotations

from typing import Final

from easel.errors import Contended, NotFound, WalletMissing
from easel.http.description import route

TAG: Final = "Telegram"

SYNC_USER: Final = route(
    "botSyncUser",
    TAG,
    "Sync a Telegram user",
    "Creates the person with a wallet and a trial, or updates what has changed. Safe to repeat. A Mini App syncs its "
    "own user.",
    {200: "The person as we know them now."},
    errors=(NotFound, Contended),
)

READ_BALANCE: Final = route(
    "botReadBalance",
    TAG,
    "Get a Telegram user's balance",
    "What the ledger has for a user of this bot.",
    {200: "The balance."},
    errors=(NotFound, WalletMissing, Contended),
)

READ_TRIAL: Final = route(
    "botReadTrial",
    TAG,
    "Get a Telegram user's trial",
    "Of a user of this bot.",
    {200: "The trial."},
    errors=(NotFound,),
)

READ_BAN: Final = route(
    "botReadBanStatus",
    TAG,
    "Get whether a Telegram user is banned",
    "Of a user of this bot. The bot's client asks at every update.",
    {200: "Never banned."},
    errors=(NotFound,),
)

READ_REFERRALS: Final = route(
    "botReadReferrals",
    TAG,
    "Get a Telegram user's referrals",
    "Of a user of this bot. There is no referral programme: the bot's client shows zeros.",
    {200: "No referrals."},
    errors=(NotFound,),
)
