"""Money at the canonical front door: what its requests ask, and wallets, quotes, usage and budgets as it shows them.

Pure functions.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any, Final, TypeVar

from aws_lambda_powertools.event_handler import Response

from easel.clock import to_iso
from easel.domain.budgets import ALERT_PERCENT, Budget, month_ends
from easel.domain.credits import MILLI, Entry, GrantKind, Wallet
from easel.domain.rates import Rate
from easel.domain.usage import UsageSums
from easel.errors import FieldError, InvalidRequest
from easel.http import answers, rates
from easel.http.money_parameters import StatementRequest
from easel.http.pagination import Listing
from easel.http.schemas.money import (
    GRANT_ID,
    KINDS,
    PRIORITIES,
    ActiveQuotaBody,
    Amount,
    BudgetBody,
    DailyQuotaBody,
    EntryBody,
    EntryPageBody,
    GiveCreditsRequest,
    GrantBody,
    OpenGrantBody,
    OwnUsageBody,
    RequestRateBody,
    SetBudgetRequest,
    UsageBody,
    UsageGroupBody,
    UsageSumsBody,
    WalletBody,
)
from easel.services.money.grant_credits import Given, GrantRequest
from easel.services.money.read_usage import OwnUsage, UsageReport
from easel.services.ports.money import EntryPage

ENTRIES_PATH: Final = "/api/v1/wallet/entries"

_COLUMNS: Final = ("createdAt", "id", "type", "milliCredits", "credits", "generationId", "grantId")
_MOST: Final = 10**12
"""Milli-credits in one grant or budget: a billion credits."""
_GRANT_ID_WORDS: Final = "must have 1 to 64 of letters, digits and . _ : -, and begin with a letter or digit"

_Read = TypeVar("_Read")


class _Faults:
    """Collects what is wrong with a body, so that all of it can be told at once."""

    def __init__(self) -> None:
        self._found: list[FieldError] = []

    def check(self, field: str, read: Callable[[], _Read], words: str, allowed: Any) -> _Read | None:
        """What `read` gives; None when it raises ValueError, which is a fault of this field."""
        try:
            return read()
        except ValueError:
            self.add(field, f"{field} {words}.", allowed)
            return None

    def add(self, field: str, message: str, allowed: Any) -> None:
        self._found.append(FieldError(field, message, allowed))

    def refuse_if_any(self) -> None:
        """Raises InvalidRequest."""
        if self._found:
            raise InvalidRequest(self._found[0].message, self._found)


def _amount(faults: _Faults, credits: float | None, milli_credits: int | None, lowest: int) -> int:
    """The amount in milli-credits, from whichever of the two fields it came in."""
    if (credits is None) == (milli_credits is None):
        faults.add("credits", "Give either credits or milliCredits.", ["credits", "milliCredits"])
        return 0
    field = "milliCredits" if credits is None else "credits"
    exact = Decimal(milli_credits or 0) if credits is None else Decimal(str(credits)) * MILLI
    if exact % 1:
        faults.add("credits", "credits must have at most three decimals.", {"decimalPlaces": 3})
    if not lowest <= exact <= _MOST:
        scale = MILLI if field == "credits" else 1
        faults.add(field, f"{field} is out of range.", {"minimum": lowest / scale, "maximum": _MOST / scale})
    return int(exact)


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("without its zone it could be any of two dozen moments")
    return moment.astimezone(UTC)


def _matching(pattern: str, text: str) -> str:
    if not re.fullmatch(pattern, text):
        raise ValueError(text)
    return text


# --- requests -------------------------------------------------------------------------------------------------------


def grant_request(body: GiveCreditsRequest) -> GrantRequest:
    """The command for the use case.

    Raises:
        InvalidRequest: with all fields at fault.
    """
    faults, text = _Faults(), body.expires_at
    identifier = faults.check("id", lambda: _matching(GRANT_ID, body.id), _GRANT_ID_WORDS, {"pattern": GRANT_ID})
    kind = faults.check("kind", lambda: GrantKind(body.kind), f"must be one of {', '.join(KINDS)}", KINDS)
    words = "must be a time with its zone, such as 2026-12-31T00:00:00Z"
    ends = faults.check("expiresAt", lambda: _time(text), words, {"format": "date-time"}) if text else None
    amount = _amount(faults, body.credits, body.milli_credits, -_MOST)
    lowest, highest = PRIORITIES
    if body.priority is not None and not lowest <= body.priority <= highest:
        faults.add("priority", f"priority must be from {lowest} to {highest}.", {"minimum": lowest, "maximum": highest})
    faults.refuse_if_any()
    return GrantRequest(
        id=identifier or "",
        kind=kind or GrantKind.ADJUSTMENT,
        amount=amount,
        priority=body.priority,
        expires_at=ends,
        note=body.note,
        taken_from=body.taken_from,
    )


def budget_limit(body: SetBudgetRequest) -> int:
    """A budget in milli-credits.

    Raises:
        InvalidRequest: no amount, or none that can be one.
    """
    faults = _Faults()
    limit = _amount(faults, body.credits, body.milli_credits, 0)
    faults.refuse_if_any()
    return limit


# --- answers --------------------------------------------------------------------------------------------------------


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
                expires_at=_moment(grant.expires_at),
            )
            for grant in grants
        ],
    )


def statement_answer(
    page: EntryPage, asked: StatementRequest, listing: Listing, base_url: str
) -> Response[EntryPageBody | str]:
    """One page of a statement: as JSON, or as a table whose `Link` leads to what follows."""
    cursor = listing.next_cursor(page.next_after)
    if asked.as_csv:
        return _table(page, f"{base_url.rstrip('/')}{ENTRIES_PATH}?{asked.query(cursor)}" if cursor else None)
    entries = [_entry(entry) for entry in page.entries]
    return answers.as_json(EntryPageBody(entries=entries, limit=asked.limit, next_cursor=cursor))


def _table(page: EntryPage, further: str | None) -> Response[EntryPageBody | str]:
    rows = [[getattr(_entry(entry), _snake(name)) for name in _COLUMNS] for entry in page.entries]
    headers = {"Content-Disposition": 'attachment; filename="statement.csv"', "Cache-Control": answers.PRIVATE}
    linked = {"Link": f'<{further}>; rel="next"'} if further else {}
    return Response(
        HTTPStatus.OK.value,
        content_type="text/csv; charset=utf-8",
        body=_csv(_COLUMNS, rows),
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
        expires_at=_moment(grant.expires_at),
        note=grant.note,
        taken_from=grant.taken_from,
    )
    if given.replayed:
        return answers.as_json(body, headers={"Idempotent-Replayed": "true"})
    return answers.as_json(body, status=HTTPStatus.CREATED)


def usage_body(report: UsageReport) -> UsageBody:
    """Sums whole and by group."""
    return UsageBody(
        from_=report.first.isoformat(),
        to=report.last.isoformat(),
        group_by=report.group_by,
        total=UsageSumsBody(**_sums(report.total)),
        series=[UsageGroupBody(name=name, **_sums(sums)) for name, sums in report.series.items()],
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
        requests=[_rate(rate) for rate in rates.told(event).rates],
        wallet=wallet_body(usage.wallet),
    )


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


def _sums(sums: UsageSums) -> dict[str, Any]:
    return {
        "generations": sums.generations,
        "images_completed": sums.images_completed,
        "images_failed": sums.images_failed,
        "images_late": sums.images_late,
        "charged": Amount.of(sums.charged),
        "provider_cost_micro_usd": sums.provider_cost,
        "provider_cost_usd": sums.provider_cost / 1_000_000,
        "uncertain_cost_micro_usd": sums.uncertain_cost,
    }


def _csv(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(["" if value is None else value for value in row] for row in rows)
    return text.getvalue()


def _moment(moment: datetime | None) -> str | None:
    return to_iso(moment) if moment else None


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
