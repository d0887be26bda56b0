"""What requests about money may say, and how they are read: amounts, grants, budgets, days, statements."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query
from pydantic import Field

from easel.domain.credits import MILLI, GrantKind
from easel.domain.usage import GROUPS
from easel.doors.canonical.paging import LISTING
from easel.errors import FieldError, InvalidRequest
from easel.http.models import RequestModel, WholeNumber
from easel.http.pagination import Listing, limit_of
from easel.services.money.grant_credits import GrantRequest

MAX_ROWS: Final = 1_000
"""Lines of one CSV answer; a link leads to the next."""
CSV_LISTING: Final = Listing(default=MAX_ROWS, maximum=MAX_ROWS)

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
KeyId = Annotated[str, Path(alias="keyId", json_schema_extra={"format": "uuid"})]
Accept = Annotated[str | None, Header(description="`text/csv` for a table.")]
UsageGroup = Annotated[
    str | None,
    Query(alias="groupBy", description="What the series is by.", json_schema_extra={"enum": [*GROUPS, None]}),
]

_KINDS: Final = [kind.value for kind in GrantKind]
_GRANT_ID: Final = "[A-Za-z0-9][A-Za-z0-9._:-]{0,63}"
_PRIORITIES: Final = (0, 1_000)
_LONGEST_NOTE: Final = 500
_AMOUNT: Final = "Milli-credits; give either this or `credits`."
_CREDITS: Final = "Credits, with at most three decimals; give either this or `milliCredits`."
_MOST: Final = 10**12
"""Milli-credits in one grant or budget: a billion credits."""
_GRANT_ID_WORDS: Final = "must have 1 to 64 of letters, digits and . _ : -, and begin with a letter or digit"

_Read = TypeVar("_Read")


class GiveCreditsRequest(RequestModel):
    """Credits for a workspace. The same `id` again is the same grant; below zero it takes back."""

    id: str = Field(
        description="Your own name for this grant, unique in the workspace: repeating the call repeats nothing.",
        json_schema_extra={"pattern": f"^{_GRANT_ID}$"},
        examples=["invoice-2026-0042"],
    )
    kind: str = Field(json_schema_extra={"enum": [*_KINDS]}, examples=["purchase"])
    credits: float | None = Field(default=None, description=_CREDITS, examples=[100])
    milli_credits: WholeNumber | None = Field(default=None, description=_AMOUNT)
    workspace_id: str | None = Field(default=None, description="Whose; your own when left out.")
    priority: WholeNumber | None = Field(
        default=None,
        json_schema_extra={"minimum": _PRIORITIES[0], "maximum": _PRIORITIES[1]},
        description="Lower pays first. Left out: trial, then promotion, adjustment, purchase.",
    )
    expires_at: str | None = Field(
        default=None,
        json_schema_extra={"format": "date-time"},
        description="When what is left of it is lost; never when left out.",
    )
    note: str | None = Field(default=None, max_length=_LONGEST_NOTE, description="For whoever reads the ledger.")
    taken_from: str | None = Field(
        default=None, max_length=64, description="With an amount below zero: the one grant to take from."
    )


class SetBudgetRequest(RequestModel):
    """What may be spent in a calendar month (UTC)."""

    credits: float | None = Field(default=None, description=_CREDITS, examples=[500])
    milli_credits: WholeNumber | None = Field(default=None, description=_AMOUNT)


def grant_request(body: GiveCreditsRequest) -> GrantRequest:
    """The command for the use case.

    Raises:
        InvalidRequest: with all fields at fault.
    """
    faults, text = _Faults(), body.expires_at
    identifier = faults.check("id", lambda: _matching(_GRANT_ID, body.id), _GRANT_ID_WORDS, {"pattern": _GRANT_ID})
    kind = faults.check("kind", lambda: GrantKind(body.kind), f"must be one of {', '.join(_KINDS)}", _KINDS)
    words = "must be a time with its zone, such as 2026-12-31T00:00:00Z"
    ends = faults.check("expiresAt", lambda: _time(text), words, {"format": "date-time"}) if text else None
    amount = _amount(faults, body.credits, body.milli_credits, -_MOST)
    lowest, highest = _PRIORITIES
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
    return limit_of(CSV_LISTING if as_csv else LISTING, limit)


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
