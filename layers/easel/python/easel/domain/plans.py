"""Plans: the price list and the limits of a workspace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from easel.domain.request import Channel


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Requests per window, aligned to the clock: per minute for user and address, per hour for the workspace."""

    user_per_minute: int
    workspace_per_hour: int
    address_per_minute: int


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan. `prices` names its list in the price book."""

    name: str
    prices: str
    max_active: Mapping[Channel, int]
    max_generations_per_day: int
    rates: RateLimits

    def max_active_in(self, channel: Channel) -> int:
        """The maximum of concurrent generations of a user through this channel."""
        return self.max_active.get(channel, self.max_active[Channel.API])


_SEED_RATES: Final = RateLimits(user_per_minute=60, workspace_per_hour=1_000, address_per_minute=100)

PLANS: Final[Mapping[str, Plan]] = {
    plan.name: plan
    for plan in (
        Plan("standard", "standard", {Channel.API: 10, Channel.TELEGRAM: 1, Channel.BATCH: 4}, 500, _SEED_RATES),
        Plan("tiered", "tiered", {Channel.API: 10, Channel.TELEGRAM: 1, Channel.BATCH: 4}, 500, _SEED_RATES),
        Plan(
            "scale",
            "standard",
            {Channel.API: 1_000, Channel.TELEGRAM: 1, Channel.BATCH: 20},
            100_000,
            RateLimits(user_per_minute=6_000, workspace_per_hour=100_000, address_per_minute=6_000),
        ),
    )
}

DEFAULT_PLAN: Final = "standard"


def plan_of(name: str) -> Plan:
    """The plan of this name; the default plan for an unknown name."""
    return PLANS.get(name, PLANS[DEFAULT_PLAN])
