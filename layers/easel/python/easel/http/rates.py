"""Rate-limit results, passed from the authorizer, which counts, to the functions, which send headers and refuse.

They travel in the authorizer's context, so that sending them costs no further call. Headers: `RateLimit` and
`RateLimit-Policy` of the IETF's draft-ietf-httpapi-ratelimit-headers-10 for every window, and the older `X-RateLimit-*`
for the tightest one, its reset in seconds since 1970.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from easel.domain.rates import Rate, RateDecision, Window
from easel.errors import RateLimited

REFUSED: Final = "rate_limited"
_LABEL: Final = "rates"


def label(context: Mapping[str, str], decision: RateDecision) -> dict[str, str]:
    """The authorizer's context with the counts; over the limit it no longer names the caller."""
    if not decision.rates:
        return dict(context)
    counts = [
        [rate.window.name, rate.window.limit, rate.window.seconds, rate.remaining, rate.resets_in]
        for rate in decision.rates
    ]
    labelled = {_LABEL: json.dumps(counts, separators=(",", ":"))}
    return {**context, **labelled} if decision.allowed else {"failure": REFUSED, **labelled}


def counted(event: Mapping[str, Any]) -> RateDecision:
    """What the authorizer counted for this request."""
    context = _context(event)
    try:
        counts = json.loads(context.get(_LABEL, "[]"))
        rates = tuple(
            Rate(Window(name, limit, seconds), remaining, resets_in)
            for name, limit, seconds, remaining, resets_in in counts
        )
    except (TypeError, ValueError):
        rates = ()
    return RateDecision(context.get("failure") != REFUSED, rates)


def refuse_if_too_many(event: Mapping[str, Any]) -> None:
    """Raises RateLimited when the authorizer says so."""
    if _context(event).get("failure") != REFUSED:
        return
    full = counted(event).tightest
    if full is None:
        raise RateLimited("Too many requests.", kind="requests", limit=0, retry_after=1)
    window = full.window
    unit = {60: "minute", 3600: "hour"}.get(window.seconds, f"{window.seconds} seconds")
    raise RateLimited(
        f"Too many requests: {window.limit} per {unit} and {window.name} are allowed.",
        kind=f"{window.name}_per_{unit}",
        limit=window.limit,
        retry_after=full.resets_in,
    )


def headers(event: Mapping[str, Any], now: datetime) -> dict[str, str]:
    """The rate-limit headers of every answer of a private route; none where nothing was counted."""
    decision = counted(event)
    tightest = decision.tightest
    if tightest is None:
        return {}
    rates = decision.rates
    limits = {
        "RateLimit-Policy": ", ".join(f'"{r.window.name}";q={r.window.limit};w={r.window.seconds}' for r in rates),
        "RateLimit": ", ".join(f'"{r.window.name}";r={r.remaining};t={r.resets_in}' for r in rates),
        "X-RateLimit-Limit": str(tightest.window.limit),
        "X-RateLimit-Remaining": str(tightest.remaining),
        "X-RateLimit-Reset": str(int(now.timestamp()) + tightest.resets_in),
    }
    # With nothing left the last accepted answer says when to retry, too.
    return limits | ({"Retry-After": str(tightest.resets_in)} if tightest.remaining == 0 else {})


def _context(event: Mapping[str, Any]) -> Mapping[str, Any]:
    authorizer = event.get("requestContext", {}).get("authorizer") or {}
    found: Mapping[str, Any] = authorizer.get("lambda") or {}
    return found
