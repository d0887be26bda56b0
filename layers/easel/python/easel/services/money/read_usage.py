"""Read usage: sums over days, and a user's limits today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from easel.clock import Clock
from easel.domain.credits import Wallet
from easel.domain.plans import plan_of
from easel.domain.usage import GROUPS, LifetimeTotals, UsageRow, UsageSums, grouped, grouped_by_day, total
from easel.errors import InvalidRequest
from easel.services.accounts.principal import Principal
from easel.services.money.read_wallet import ReadWallet
from easel.services.ports.usage import UsageCounters, UsageReports

MAX_DAYS: Final = 92
"""The maximum range of a report: a quarter."""
_MAX_ROWS: Final = 10_000
_MAX_GROUPS: Final = 5_000
"""A group has some 500 bytes in an answer, which must stay below 6 MB."""
DEFAULT_DAYS: Final = 30
ANALYSED_BY: Final = ("model", "provider", "user", "key")
"""The groupings that analytics show side by side."""


@dataclass(frozen=True, slots=True)
class UsageReport:
    """Sums of the days from `first` to `last`, in total and by group."""

    first: date
    last: date
    group_by: str
    total: UsageSums
    series: dict[str, UsageSums]
    rows: Sequence[UsageRow] = ()
    """Everything that the sums are of."""


@dataclass(frozen=True, slots=True)
class Analytics:
    """The usage of a range of days: every day by model, and all days by model, provider, user and API key."""

    report: UsageReport
    days: dict[str, dict[str, UsageSums]]
    groups: dict[str, dict[str, UsageSums]]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A workspace at a glance: everything so far, its balance, and a range of days."""

    lifetime: LifetimeTotals
    wallet: Wallet
    recent: Analytics


@dataclass(frozen=True, slots=True)
class OwnUsage:
    """A user's usage today: what remains, and when it resets."""

    generations_today: int
    max_per_day: int
    day_ends_at: datetime
    active_ids: tuple[str, ...]
    max_active: int
    wallet: Wallet

    @property
    def remaining_today(self) -> int:
        return max(self.max_per_day - self.generations_today, 0)


class ReadUsage:
    """Reads within the caller's workspace only."""

    def __init__(self, *, reports: UsageReports, counters: UsageCounters, wallets: ReadWallet, clock: Clock) -> None:
        self._reports = reports
        self._counters = counters
        self._wallets = wallets
        self._clock = clock

    def report(
        self, principal: Principal, *, first: date | None = None, last: date | None = None, group_by: str = "day"
    ) -> UsageReport:
        """The usage of the workspace, by the days (UTC) on which generations ended; by default the last thirty.

        Raises:
            InvalidRequest: an invalid or too long range, one with too many rows, or an unknown grouping.
        """
        until = last or self._clock().astimezone(UTC).date()
        since = first or until - timedelta(days=DEFAULT_DAYS - 1)
        _check(since, until, group_by)
        rows = self._reports.rows(principal.workspace_id, since.isoformat(), until.isoformat(), limit=_MAX_ROWS + 1)
        if len(rows) > _MAX_ROWS:
            raise InvalidRequest.of("from", "There is too much in this range; ask for fewer days.")
        series = grouped(rows, group_by)
        _check_groups(len(series))
        return UsageReport(since, until, group_by, total(rows), series, rows)

    def analytics(self, principal: Principal, *, first: date | None = None, last: date | None = None) -> Analytics:
        """The usage of the workspace as charts need it. One read, whatever the workspace has.

        Raises:
            InvalidRequest: as `report`, or more entries than one answer holds.
        """
        report = self.report(principal, first=first, last=last)
        length = (report.last - report.first).days + 1
        names = [(report.first + timedelta(days=number)).isoformat() for number in range(length)]
        days = grouped_by_day(report.rows, "model", names)
        groups = {by: grouped(report.rows, by) for by in ANALYSED_BY}
        _check_groups(sum(map(len, (*days.values(), *groups.values()))))
        return Analytics(report, days, groups)

    def dashboard(self, principal: Principal, *, first: date | None = None, last: date | None = None) -> Dashboard:
        """The workspace at a glance. Three reads, whatever the workspace has.

        Raises:
            InvalidRequest: as `analytics`.
        """
        recent = self.analytics(principal, first=first, last=last)
        return Dashboard(self._counters.totals(principal.workspace_id), self._wallets(principal), recent)

    def own(self, principal: Principal) -> OwnUsage:
        """The caller's usage today. Two reads."""
        now, plan = self._clock(), plan_of(principal.plan)
        today = self._counters.today(principal.workspace_id, principal.user_id, principal.channel, now)
        tomorrow = now.astimezone(UTC).date() + timedelta(days=1)
        return OwnUsage(
            generations_today=today.generations,
            max_per_day=plan.max_generations_per_day,
            day_ends_at=datetime.combine(tomorrow, time(), UTC),
            active_ids=today.active_ids,
            max_active=plan.max_active_in(principal.channel),
            wallet=self._wallets(principal),
        )


def _check_groups(number: int) -> None:
    if number > _MAX_GROUPS:
        message = f"These days have {number} groups; at most {_MAX_GROUPS} are returned. Ask for fewer days."
        raise InvalidRequest.of("from", message, {"maximumGroups": _MAX_GROUPS})


def _check(since: date, until: date, group_by: str) -> None:
    if group_by not in GROUPS:
        raise InvalidRequest.of("groupBy", f"groupBy must be one of {', '.join(GROUPS)}.", list(GROUPS))
    if since > until:
        raise InvalidRequest.of("from", "from must not be after to.")
    if (until - since).days >= MAX_DAYS:
        raise InvalidRequest.of("from", f"At most {MAX_DAYS} days at once.", {"maximum": MAX_DAYS, "unit": "days"})
