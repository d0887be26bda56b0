"""Count a request against the caller's rate limits: one call, before anything else is done.

A person is counted as a user, for their workspace, and by IP address. A machine (a service's or a bot's key) is counted
for its workspace alone, since it acts for many people from one address. Unauthenticated requests are counted by
address.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from easel.clock import Clock
from easel.domain.access import Role
from easel.domain.plans import DEFAULT_PLAN, PLANS, RateLimits, plan_of
from easel.domain.rates import HOUR, MINUTE, UNCOUNTED, Counter, Rate, RateDecision, Window
from easel.domain.request import Channel
from easel.errors import DatabaseRefused, DatabaseUnavailable
from easel.services.accounts.principal import MINI_APP, Principal

logger = logging.getLogger(__name__)


class RateCounters(Protocol):
    """The counters' storage."""

    def count(self, owner: str, counters: Sequence[Counter], now: datetime) -> tuple[bool, Sequence[int]]:
        """Increment all counters of this owner, unless one has reached its limit: (whether incremented, the counts).

        All or nothing, in one call. Raises DatabaseUnavailable, DatabaseRefused.
        """
        ...


class LimitRequests:
    """Counts requests. Fails open: when counting fails, requests are allowed and `on_failure` is called."""

    def __init__(
        self,
        *,
        counters: RateCounters,
        standard: RateLimits,
        clock: Clock,
        on_failure: Callable[[], None] = lambda: None,
    ) -> None:
        self._counters = counters
        self._standard = standard
        self._clock = clock
        self._on_failure = on_failure

    def caller(self, principal: Principal, address: str) -> RateDecision:
        """Count a request of an authenticated caller."""
        rates = self._rates_of(principal)
        counters = [Counter(Window("workspace", rates.workspace_per_hour, HOUR))]
        if not _is_machine(principal):
            counters += [
                Counter(Window("user", rates.user_per_minute, MINUTE), principal.user_id),
                Counter(Window("address", rates.address_per_minute, MINUTE), address),
            ]
        return self._count(f"WS#{principal.workspace_id}", counters)

    def stranger(self, address: str) -> RateDecision:
        """Count an unauthenticated request."""
        window = Window("address", self._standard.address_per_minute, MINUTE)
        return self._count(f"ADDRESS#{address}", [Counter(window)])

    def _rates_of(self, principal: Principal) -> RateLimits:
        """The rate limits of the plan; the deployment's settings replace those of the standard plan."""
        rates = plan_of(principal.plan).rates
        return self._standard if rates == PLANS[DEFAULT_PLAN].rates else rates

    def _count(self, owner: str, counters: Sequence[Counter]) -> RateDecision:
        now = self._clock()
        try:
            allowed, counts = self._counters.count(owner, counters, now)
        except (DatabaseUnavailable, DatabaseRefused):
            logger.warning("request not counted")
            self._on_failure()
            return UNCOUNTED
        rates = tuple(
            Rate(counter.window, max(counter.window.limit - count, 0), counter.window.resets_in(now))
            for counter, count in zip(counters, counts, strict=True)
        )
        return RateDecision(allowed, rates)


def _is_machine(principal: Principal) -> bool:
    through_bot = principal.channel is Channel.TELEGRAM and principal.key_id != MINI_APP
    return Role.SERVICE in principal.roles or through_bot
