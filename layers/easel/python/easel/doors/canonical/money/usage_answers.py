"""Usage, quotas and rate limits as the canonical door shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from easel.clock import to_iso
from easel.domain.rates import Rate
from easel.domain.usage import UsageSums
from easel.doors.canonical.context import COSTS
from easel.doors.canonical.money.answers import Amount, WalletBody, wallet_body
from easel.http import rates
from easel.http.models import AnswerModel, Moment
from easel.services.money.read_usage import OwnUsage, UsageReport


class UsageSumsBody(AnswerModel):
    """Usage and its cost: in credits for the customer, in dollars at the providers."""

    generations: int
    images_completed: int
    images_failed: int
    images_late: int = Field(description="Arrived after their generation had ended: kept, not charged.")
    charged: Amount
    provider_cost_micro_usd: int | None = Field(description=f"What providers charge. {COSTS}")
    provider_cost_usd: float | None = Field(description=f"The same in dollars. {COSTS}")
    uncertain_cost_micro_usd: int | None = Field(
        description=f"The part of it for calls with an unknown outcome. {COSTS}"
    )


class UsageGroupBody(UsageSumsBody):
    """The sums of one day, user, model or provider."""

    name: str


class UsageBody(AnswerModel):
    """The workspace's usage, by the days (UTC) on which generations ended."""

    from_: str = Field(alias="from")
    to: str
    group_by: str
    total: UsageSumsBody
    series: list[UsageGroupBody]


class DailyQuotaBody(AnswerModel):
    """Generations left today."""

    used: int
    limit: int
    remaining: int
    resets_at: Moment


class ActiveQuotaBody(AnswerModel):
    """Generations that run, and that may run at once."""

    used: int
    limit: int
    remaining: int
    ids: list[str]


class RequestRateBody(AnswerModel):
    """Requests allowed in a window of time, and how many are left."""

    name: str = Field(description="For whom it counts: `user`, `workspace` or `address`.")
    limit: int
    remaining: int
    window_seconds: int
    resets_in_seconds: int


class OwnUsageBody(AnswerModel):
    """The caller's quotas and rate limits, and when each is reset."""

    generations_today: DailyQuotaBody
    active_generations: ActiveQuotaBody
    requests: list[RequestRateBody]
    wallet: WalletBody


def usage_body(report: UsageReport, *, shows_costs: bool) -> UsageBody:
    """Sums whole and by group; what providers take is left out unless `shows_costs`."""
    return UsageBody(
        from_=report.first.isoformat(),
        to=report.last.isoformat(),
        group_by=report.group_by,
        total=UsageSumsBody(**_sums(report.total, shows_costs=shows_costs)),
        series=[
            UsageGroupBody(name=name, **_sums(sums, shows_costs=shows_costs)) for name, sums in report.series.items()
        ],
    )


def own_usage_body(usage: OwnUsage, event: Mapping[str, Any]) -> OwnUsageBody:
    """What the caller may still do; the authorizer of this event counted the requests."""
    active = len(usage.active_ids)
    return OwnUsageBody(
        generations_today=DailyQuotaBody(
            used=usage.generations_today,
            limit=usage.max_per_day,
            remaining=usage.remaining_today,
            resets_at=to_iso(usage.day_ends_at),
        ),
        active_generations=ActiveQuotaBody(
            used=active,
            limit=usage.max_active,
            remaining=max(usage.max_active - active, 0),
            ids=list(usage.active_ids),
        ),
        requests=[_rate(rate) for rate in rates.counted(event).rates],
        wallet=wallet_body(usage.wallet),
    )


def _rate(rate: Rate) -> RequestRateBody:
    return RequestRateBody(
        name=rate.window.name,
        limit=rate.window.limit,
        remaining=rate.remaining,
        window_seconds=rate.window.seconds,
        resets_in_seconds=rate.resets_in,
    )


def _sums(sums: UsageSums, *, shows_costs: bool) -> dict[str, Any]:
    costs = {
        "provider_cost_micro_usd": sums.provider_cost,
        "provider_cost_usd": sums.provider_cost / 1_000_000,
        "uncertain_cost_micro_usd": sums.uncertain_cost,
    }
    return {
        "generations": sums.generations,
        "images_completed": sums.images_completed,
        "images_failed": sums.images_failed,
        "images_late": sums.images_late,
        "charged": Amount.of(sums.charged),
        **(costs if shows_costs else dict.fromkeys(costs)),
    }
