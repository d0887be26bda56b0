"""Analytics and the dashboard of a workspace: what was made and what it cost, as charts and spreadsheets need it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from pydantic import Field

from easel.domain.credits import MILLI
from easel.domain.usage import UsageRow, UsageSums
from easel.doors.canonical.context import COSTS
from easel.doors.canonical.money.answers import Amount
from easel.http import answers
from easel.http.models import AnswerModel
from easel.http.reports import csv_text
from easel.services.money.read_usage import Analytics, Dashboard

_MICRO: Final = 1_000_000
_RATE_DIGITS: Final = 4
_COLUMNS: Final = (
    *("day", "userId", "model", "provider", "keyId", "generations", "imagesCompleted", "imagesFailed", "imagesLate"),
    *("milliCredits", "credits", "providerCostMicroUsd"),
)


class AnalyticsSums(AnswerModel):
    """What was made, and what was charged for it."""

    generations: int
    images_completed: int
    images_failed: int
    images_late: int = Field(description="Arrived after their generation had ended: kept, not charged.")
    success_rate: float | None = Field(description="Delivered of delivered and failed images, 0 to 1; null for none.")
    charged: Amount
    provider_cost_usd: float | None = Field(description=f"What providers charge, in dollars. {COSTS}")


class AnalyticsGroup(AnalyticsSums):
    """The sums of one model, provider, user or API key."""

    name: str | None = Field(description="Null: of callers without an API key.")


class AnalyticsDay(AnalyticsSums):
    """The sums of one day (UTC), and of each model on it."""

    day: str = Field(json_schema_extra={"format": "date"})
    models: list[AnalyticsGroup]


class AnalyticsBody(AnswerModel):
    """The workspace's usage, by the days (UTC) on which generations ended. A day without usage is there with zeros."""

    from_: str = Field(alias="from")
    to: str
    total: AnalyticsSums
    days: list[AnalyticsDay]
    models: list[AnalyticsGroup]
    providers: list[AnalyticsGroup]
    users: list[AnalyticsGroup]
    keys: list[AnalyticsGroup]


class DashboardBody(AnswerModel):
    """A workspace at a glance."""

    images_generated: int = Field(description="Since the beginning.")
    spent: Amount = Field(description="Since the beginning.")
    provider_cost_usd: float | None = Field(description=f"What providers charged since the beginning. {COSTS}")
    available: Amount
    held: Amount = Field(description="Set aside for what is running; what is not charged comes back.")
    recent: AnalyticsSums = Field(description="The sums of `days`.")
    days: list[AnalyticsDay] = Field(description="The oldest first.")


def analytics_answer(analytics: Analytics, *, as_csv: bool, shows_costs: bool) -> Response[AnalyticsBody | str]:
    """Analytics as they were asked for; what providers take is left out unless `shows_costs`."""
    report = analytics.report
    first, last = report.first.isoformat(), report.last.isoformat()
    if as_csv:
        headers = {"Content-Disposition": f'attachment; filename="usage-{first}-{last}.csv"'}
        return Response(
            HTTPStatus.OK.value,
            content_type="text/csv; charset=utf-8",
            body=csv_text(_COLUMNS, (_line(row, shows_costs=shows_costs) for row in report.rows)),
            headers={**headers, "Cache-Control": answers.PRIVATE},
        )
    groups = {name: _groups(sums, shows_costs=shows_costs) for name, sums in analytics.groups.items()}
    return answers.as_json(
        AnalyticsBody(
            from_=first,
            to=last,
            total=AnalyticsSums(**_sums(report.total, shows_costs=shows_costs)),
            days=_days(analytics, shows_costs=shows_costs),
            models=groups["model"],
            providers=groups["provider"],
            users=groups["user"],
            keys=groups["key"],
        )
    )


def dashboard_body(dashboard: Dashboard, *, shows_costs: bool) -> DashboardBody:
    """The workspace at a glance."""
    wallet, lifetime = dashboard.wallet, dashboard.lifetime
    return DashboardBody(
        images_generated=lifetime.images_completed,
        spent=Amount.of(wallet.spent),
        provider_cost_usd=_dollars(lifetime.provider_cost_micro_usd, shows_costs=shows_costs),
        available=Amount.of(wallet.available),
        held=Amount.of(wallet.held),
        recent=AnalyticsSums(**_sums(dashboard.recent.report.total, shows_costs=shows_costs)),
        days=_days(dashboard.recent, shows_costs=shows_costs),
    )


def _days(analytics: Analytics, *, shows_costs: bool) -> list[AnalyticsDay]:
    return [
        AnalyticsDay(
            day=day,
            models=_groups(models, shows_costs=shows_costs),
            **_sums(sum(models.values(), UsageSums()), shows_costs=shows_costs),
        )
        for day, models in analytics.days.items()
    ]


def _groups(groups: Mapping[str, UsageSums], *, shows_costs: bool) -> list[AnalyticsGroup]:
    return [AnalyticsGroup(name=name or None, **_sums(sums, shows_costs=shows_costs)) for name, sums in groups.items()]


def _sums(sums: UsageSums, *, shows_costs: bool) -> dict[str, Any]:
    rate = sums.success_rate
    return {
        "generations": sums.generations,
        "images_completed": sums.images_completed,
        "images_failed": sums.images_failed,
        "images_late": sums.images_late,
        "success_rate": None if rate is None else round(rate, _RATE_DIGITS),
        "charged": Amount.of(sums.charged),
        "provider_cost_usd": _dollars(sums.provider_cost, shows_costs=shows_costs),
    }


def _line(row: UsageRow, *, shows_costs: bool) -> Sequence[Any]:
    sums = row.sums
    return [
        *(row.day, row.user_id, row.model, row.provider, row.key_id),
        *(sums.generations, sums.images_completed, sums.images_failed, sums.images_late),
        *(sums.charged, sums.charged / MILLI, sums.provider_cost if shows_costs else None),
    ]


def _dollars(micro_usd: int, *, shows_costs: bool) -> float | None:
    return micro_usd / _MICRO if shows_costs else None
