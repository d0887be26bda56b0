"""Wallets, statements, usage and budgets as the canonical door shows them.

Amounts are whole milli-credits; `credits` beside them is the same number for people, with at most three decimals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from pydantic import Field

from easel.clock import to_iso
from easel.domain.budgets import ALERT_PERCENT, Budget, month_ends
from easel.domain.credits import MILLI, Entry, GrantKind, Wallet
from easel.domain.rates import Rate
from easel.domain.usage import UsageSums
from easel.doors.canonical.context import COSTS
from easel.doors.canonical.money.requests import StatementRequest
from easel.http import answers, rates
from easel.http.models import AnswerModel, Moment, moment
from easel.http.pagination import Pages
from easel.http.reports import csv_text
from easel.services.money.grant_credits import Given
from easel.services.money.read_usage import OwnUsage, UsageReport
from easel.services.ports.pages import Page

ENTRIES_PATH: Final = "/api/v1/wallet/entries"
_COLUMNS: Final = ("createdAt", "id", "type", "milliCredits", "credits", "generationId", "grantId")


class Amount(AnswerModel):
    """An amount of credits."""

    milli_credits: int
    credits: float

    @classmethod
    def of(cls, milli_credits: int) -> Amount:
        """This many milli-credits."""
        return cls(milli_credits=milli_credits, credits=milli_credits / MILLI)


class OpenGrantBody(AnswerModel):
    """What is left of a grant. Charges use the lowest `priority` first, then what expires first."""

    id: str
    kind: GrantKind
    remaining: Amount
    priority: int
    expires_at: Moment | None


class WalletBody(AnswerModel):
    """A balance. `available` + `held` is what the grants have left; with `spent` and `expired` it is `granted`."""

    workspace_id: str
    available: Amount
    held: Amount = Field(description="Set aside for what is running; what is not charged comes back.")
    spent: Amount
    expired: Amount
    granted: Amount
    grants: list[OpenGrantBody]


class EntryBody(AnswerModel):
    """One line of a statement. Lines are only ever added."""

    id: str
    type: str = Field(description="`spend`, `expiry`, or the kind of the grant.")
    milli_credits: int = Field(description="Positive when credits came in, negative when they went out.")
    credits: float
    created_at: Moment
    generation_id: str | None
    grant_id: str | None
    from_grants: dict[str, int] = Field(description="Which grants gave how many milli-credits.")


class EntryPageBody(AnswerModel):
    """The newest lines of a statement first."""

    entries: list[EntryBody]
    limit: int
    next_cursor: str | None = Field(description="Send it back as `cursor`; null on the last page.")


class GrantBody(AnswerModel):
    """Credits that were granted, or taken back."""

    id: str
    workspace_id: str
    kind: GrantKind
    milli_credits: int
    credits: float
    priority: int
    expires_at: Moment | None
    note: str | None
    taken_from: str | None


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


class BudgetBody(AnswerModel):
    """A monthly budget. When it is used up, requests that cost something are answered 402 until `resetsAt`."""

    scope: str = Field(description="`workspace` or `key`.")
    key_id: str | None
    month: str = Field(examples=["2026-11"])
    limit: Amount | None = Field(description="Null: spending is counted and not limited.")
    used: Amount = Field(description="What was charged this month, and what is held.")
    remaining: Amount | None
    alert_percent: int = Field(description="From this share on an event `budget.alert` is sent, once a month.")
    alerted: bool
    resets_at: Moment


class InheritedBudgetBody(AnswerModel):
    """The budget of a key that created this one, directly or not. What this key spends counts in it."""

    key_id: str
    limit: Amount
    remaining: Amount


class KeyBudgetBody(BudgetBody):
    """The monthly budget of a key, and what else limits what the key spends."""

    inherited: list[InheritedBudgetBody] = Field(description="Limits of the keys that created it; empty without any.")


def wallet_body(wallet: Wallet) -> WalletBody:
    """A balance with its open grants, in the order in which they pay."""
    grants = sorted(wallet.grants.values(), key=lambda grant: (grant.priority, grant.expires_at is None, grant.id))
    return WalletBody(
        workspace_id=wallet.workspace_id,
        available=Amount.of(wallet.available),
        held=Amount.of(wallet.held),
        spent=Amount.of(wallet.spent),
        expired=Amount.of(wallet.expired),
        granted=Amount.of(wallet.granted),
        grants=[
            OpenGrantBody(
                id=grant.id,
                kind=grant.kind,
                remaining=Amount.of(grant.remaining),
                priority=grant.priority,
                expires_at=moment(grant.expires_at),
            )
            for grant in grants
        ],
    )


def statement_answer(
    page: Page[Entry], asked: StatementRequest, pages: Pages, base_url: str
) -> Response[EntryPageBody | str]:
    """One page of a statement: as JSON, or as a table whose `Link` leads to what follows."""
    entries, cursor = pages.fit(page, _entry)
    if asked.as_csv:
        return _table(entries, f"{base_url.rstrip('/')}{ENTRIES_PATH}?{asked.query(cursor)}" if cursor else None)
    return answers.as_json(EntryPageBody(entries=entries, limit=asked.limit, next_cursor=cursor))


def _table(entries: Sequence[EntryBody], further: str | None) -> Response[EntryPageBody | str]:
    rows = [[getattr(entry, _snake(name)) for name in _COLUMNS] for entry in entries]
    headers = {"Content-Disposition": 'attachment; filename="statement.csv"', "Cache-Control": answers.PRIVATE}
    linked = {"Link": f'<{further}>; rel="next"'} if further else {}
    return Response(
        HTTPStatus.OK.value,
        content_type="text/csv; charset=utf-8",
        body=csv_text(_COLUMNS, rows),
        headers={**headers, **linked},
    )


def given_answer(given: Given) -> Response[GrantBody]:
    """201 for a new grant; 200 for one that had been made before."""
    grant = given.grant
    body = GrantBody(
        id=grant.id,
        workspace_id=given.workspace_id,
        kind=grant.kind,
        milli_credits=grant.amount,
        credits=grant.amount / MILLI,
        priority=grant.priority,
        expires_at=moment(grant.expires_at),
        note=grant.note,
        taken_from=grant.taken_from,
    )
    if given.replayed:
        return answers.as_json(body, headers={"Idempotent-Replayed": "true"})
    return answers.as_json(body, status=HTTPStatus.CREATED)


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


def key_budget_body(own: Budget, *creators: Budget) -> KeyBudgetBody:
    """A key's budget in its month, with the limits of its creators."""
    inherited = [
        InheritedBudgetBody(key_id=key_id, limit=Amount.of(limit), remaining=Amount.of(remaining))
        for key_id, limit, remaining in ((one.scope.key_id, one.limit, one.remaining) for one in creators)
        if key_id is not None and limit is not None and remaining is not None
    ]
    return KeyBudgetBody(**dict(budget_body(own)), inherited=inherited)


def budget_body(budget: Budget) -> BudgetBody:
    """A budget in its month."""
    month = datetime.fromisoformat(f"{budget.month}-01T00:00:00+00:00")
    return BudgetBody(
        scope=budget.scope.kind.value,
        key_id=budget.scope.key_id,
        month=budget.month,
        limit=None if budget.limit is None else Amount.of(budget.limit),
        used=Amount.of(budget.used),
        remaining=None if budget.remaining is None else Amount.of(budget.remaining),
        alert_percent=ALERT_PERCENT,
        alerted=budget.alerted,
        resets_at=to_iso(month_ends(month)),
    )


def _rate(rate: Rate) -> RequestRateBody:
    return RequestRateBody(
        name=rate.window.name,
        limit=rate.window.limit,
        remaining=rate.remaining,
        window_seconds=rate.window.seconds,
        resets_in_seconds=rate.resets_in,
    )


def _entry(entry: Entry) -> EntryBody:
    return EntryBody(
        id=entry.transfer_id,
        type=entry.reason,
        milli_credits=entry.amount,
        credits=entry.amount / MILLI,
        created_at=to_iso(entry.created_at),
        generation_id=entry.generation_id,
        grant_id=entry.grant_id,
        from_grants=dict(entry.from_grants),
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


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
