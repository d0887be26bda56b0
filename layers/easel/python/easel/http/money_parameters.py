"""Query parameters of the routes about money: how they read, and how the OpenAPI document tells of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from easel.domain.usage import GROUPS
from easel.errors import FieldError, InvalidRequest
from easel.http.pagination import DEFAULT_LIMIT, MAX_LIMIT

MAX_ROWS: Final = 1_000
"""Lines of one CSV answer; a link leads to the next."""

FirstDay = Annotated[
    str | None, Query(alias="from", description="First day, in UTC.", json_schema_extra={"format": "date"})
]
LastDay = Annotated[
    str | None, Query(alias="to", description="Last day, included.", json_schema_extra={"format": "date"})
]
ListFormat = Annotated[
    str | None,
    Query(
        alias="format",
        description=f"`csv` for a table of up to {MAX_ROWS} lines; `Accept: text/csv` does the same.",
        json_schema_extra={"enum": ["json", "csv", None]},
    ),
]
UsageGroup = Annotated[
    str | None,
    Query(alias="groupBy", description="What the series is by.", json_schema_extra={"enum": [*GROUPS, None]}),
]
BudgetKeyId = Annotated[str, Path(alias="keyId", json_schema_extra={"format": "uuid"})]


@dataclass(frozen=True, slots=True)
class StatementRequest:
    """Which lines of a statement are wanted, and in which form."""

    limit: int
    since: date | None
    until: date | None
    as_csv: bool

    @classmethod
    def of(
        cls, limit: int | None, first: str | None, last: str | None, form: str | None, accept: str | None
    ) -> StatementRequest:
        """Read it from a request.

        Raises:
            InvalidRequest: what cannot be read, or is out of range.
        """
        as_csv = _wants_csv(form, accept)
        since, until = days(first, last)
        return cls(_limit(limit, as_csv=as_csv), since, until, as_csv)

    @property
    def start(self) -> datetime | None:
        return datetime.combine(self.since, time(), UTC) if self.since else None

    @property
    def end(self) -> datetime | None:
        return datetime.combine(self.until + timedelta(days=1), time(), UTC) if self.until else None

    @property
    def name(self) -> str:
        """Tells the lists apart that a cursor may belong to."""
        return f"entries:{self.since or ''}:{self.until or ''}"

    def query(self, cursor: str) -> str:
        """The query that goes on from a cursor."""
        days = {"from": self.since, "to": self.until}
        kept = {name: day.isoformat() for name, day in days.items() if day}
        return urlencode({**kept, "format": "csv", "limit": self.limit, "cursor": cursor})


def days(first: str | None, last: str | None) -> tuple[date | None, date | None]:
    """Read `from` and `to`: days in UTC, both included.

    Raises:
        InvalidRequest: with the fields that are no days, or in the wrong order.
    """
    faults: list[FieldError] = []
    since, until = _day("from", first, faults), _day("to", last, faults)
    if since and until and since > until:
        faults.append(FieldError("from", "from must not be after to."))
    if faults:
        raise InvalidRequest(faults[0].message, faults)
    return since, until


def _day(field: str, text: str | None, faults: list[FieldError]) -> date | None:
    try:
        if text is None or len(text) == len("2026-11-20"):
            return date.fromisoformat(text) if text else None
    except ValueError:
        pass
    faults.append(FieldError(field, f"{field} must be a day such as 2026-11-20.", {"format": "date"}))
    return None


def _wants_csv(form: str | None, accept: str | None) -> bool:
    if form is not None and form not in {"csv", "json"}:
        raise InvalidRequest.of("format", "format must be csv or json.", ["csv", "json"])
    named = {part.partition(";")[0].strip().lower() for part in (accept or "").split(",")}
    return form == "csv" or (form is None and "text/csv" in named)


def _limit(limit: int | None, *, as_csv: bool) -> int:
    usual, most = (MAX_ROWS, MAX_ROWS) if as_csv else (DEFAULT_LIMIT, MAX_LIMIT)
    if limit is not None and not 1 <= limit <= most:
        raise InvalidRequest.of("limit", f"limit must be from 1 to {most}.", {"minimum": 1, "maximum": most})
    return limit or usual
