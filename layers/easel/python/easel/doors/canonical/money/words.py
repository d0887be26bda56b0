"""Wallets, quotes, usage and budgets in the OpenAPI document."""

from __future__ import annotations

from typing import Final

from easel.errors import (
    Contended,
    GrantIdReused,
    InsufficientCredits,
    InvalidRequest,
    NotFound,
    ReferenceNotReady,
    SecretUnavailable,
    TooManyGrants,
    UnknownModel,
    UnknownReference,
    UnknownTemplate,
    WalletMissing,
)
from easel.http.description import route

_TAG: Final = "Money"

READ_WALLET: Final = route(
    "readWallet",
    _TAG,
    "Get the wallet",
    "The workspace's balance: what is available, held and spent, and its open grants in the order in which they pay. "
    "A workspace that looks before its first request is given its trial then.",
    {200: "The balance."},
    errors=(WalletMissing, Contended),
)

LIST_ENTRIES: Final = route(
    "listEntries",
    _TAG,
    "List wallet entries",
    "The statement: every credit that came or went, newest first. Follow `nextCursor`; as CSV, follow `Link`.",
    {
        200: {
            "description": "One page.",
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/EntryPageBody"}},
                "text/csv": {"schema": {"type": "string"}},
            },
        }
    },
)

GIVE_CREDITS: Final = route(
    "giveCredits",
    _TAG,
    "Grant credits, or take some back",
    "For keys with the scope `wallet:grant`, which operators hand out and no role of a workspace has. Names any "
    "workspace. The same `id` again answers with the same grant and `Idempotent-Replayed: true`.",
    {201: "Granted.", 200: "It was granted before."},
    errors=(InvalidRequest, InsufficientCredits, NotFound, TooManyGrants, GrantIdReused, Contended),
)

QUOTE_GENERATION: Final = route(
    "quoteGeneration",
    _TAG,
    "Quote the price of a generation",
    "Takes the same body as a request for images, checks and prices it in the same way, and does nothing. Sent as "
    "`quoteId` within 15 minutes, by the same workspace and with the same model, n, size, aspect ratio and resolution, "
    "the quote is the most that is charged.",
    {200: "The upper bound."},
    errors=(
        InvalidRequest,
        UnknownModel,
        UnknownTemplate,
        UnknownReference,
        ReferenceNotReady,
        SecretUnavailable,
    ),
)

READ_USAGE: Final = route(
    "readUsage",
    _TAG,
    "Get the workspace's usage",
    "Totals and a series by day, user, model or provider, for up to 92 days; the last 30 when left out.",
    {200: "Sums."},
    errors=(InvalidRequest,),
)

READ_ANALYTICS: Final = route(
    "readAnalytics",
    _TAG,
    "Get analytics of the workspace",
    "Images and spending of each day (UTC) by model, and by model, provider, user and API key over all days, for up to "
    "92 days; the last 30 when left out. The sums are those of the ledger, to the milli-credit. As CSV: one line for "
    "each day, user, model, provider and key.",
    {
        200: {
            "description": "The sums.",
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/AnalyticsBody"}},
                "text/csv": {"schema": {"type": "string"}},
            },
        }
    },
    errors=(InvalidRequest,),
)

READ_DASHBOARD: Final = route(
    "readDashboard",
    _TAG,
    "Get the workspace at a glance",
    "Images and spending so far, the balance, and the sums of each day (UTC); the last 30 days when left out.",
    {200: "Totals and days."},
    errors=(InvalidRequest, WalletMissing, Contended),
)

READ_OWN_USAGE: Final = route(
    "readOwnUsage",
    _TAG,
    "Get your quotas and rate limits",
    "Generations left today, what may run at once, requests left, the wallet; and when each is reset.",
    {200: "Limits and what is left of them."},
    errors=(WalletMissing, Contended),
)

_BUDGET: Final = (
    "A hard stop for each calendar month (UTC): what would go beyond it is answered 402 `budget_exceeded`, however "
    "many requests come at once. At 80 % an event `budget.alert` is sent, and "
    "`budget.reached` when what is left does not pay for another generation like the last one."
)
_COUNTED: Final = f"What was used this month counts from its beginning. {_BUDGET}"
_STILL_COUNTED: Final = "Spending is still counted."

READ_WORKSPACE_BUDGET: Final = route(
    "readWorkspaceBudget", _TAG, "Get the workspace's budget", _BUDGET, {200: "This month."}
)

SET_WORKSPACE_BUDGET: Final = route(
    "setWorkspaceBudget",
    _TAG,
    "Set the workspace's budget",
    _COUNTED,
    {200: "Set."},
    errors=(InvalidRequest, Contended),
)

REMOVE_WORKSPACE_BUDGET: Final = route(
    "removeWorkspaceBudget",
    _TAG,
    "Delete the workspace's budget",
    _STILL_COUNTED,
    {200: "Deleted."},
    errors=(Contended,),
)

READ_KEY_BUDGET: Final = route(
    "readKeyBudget", _TAG, "Get an API key's budget", _BUDGET, {200: "This month."}, errors=(NotFound,)
)

SET_KEY_BUDGET: Final = route(
    "setKeyBudget",
    _TAG,
    "Set an API key's budget",
    _COUNTED,
    {200: "Set."},
    errors=(InvalidRequest, NotFound, Contended),
)

REMOVE_KEY_BUDGET: Final = route(
    "removeKeyBudget",
    _TAG,
    "Delete an API key's budget",
    _STILL_COUNTED,
    {200: "Deleted."},
    errors=(NotFound, Contended),
)
