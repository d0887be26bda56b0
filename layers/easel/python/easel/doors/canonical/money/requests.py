"""What requests about money may say, and how they are read: amounts, grants, budgets, days, statements."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query
from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from easel.domain.credits import MILLI, GrantKind
from easel.domain.parsing import (
    LAST_YEAR,
    MAX_MILLI_CREDITS,
    end_of,
    parse_credits,
    parse_time,
    start_of,
)
from easel.domain.usage import GROUPS
from easel.doors.canonical.paging import LISTING
from easel.errors import FieldError, InvalidRequest
from easel.http.models import RequestModel, WholeNumber
from easel.http.pagination import Listing, limit_of
from easel.http.reports import YEARS, days, wants_csv
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
AnalyticsFormat = Annotated[
    str | None,
    Query(
        alias="format",
        description="`csv` for a table; `Accept: text/csv` does the same.",
        json_schema_extra={"enum": ["json", "csv", None]},
    ),
]
KeyId = Annotated[str, Path(alias="keyId", json_schema_extra={"format": "uuid"})]
Accept = Annotated[str | None, Header(description="`text/csv` for a table.")]
UsageGroup = Annotated[
    str | None,
    Query(
        alias="groupBy",
        description="What the series is by. A month is written as 2026-11.",
        json_schema_extra={"enum": [*GROUPS, None]},
    ),
]

_KINDS: Final = [kind.value for kind in GrantKind]
_GRANT_ID: Final = "[A-Za-z0-9][A-Za-z0-9._:-]{0,63}"
_PRIORITIES: Final = (0, 1_000)
_LONGEST_NOTE: Final = 500
_AMOUNT: Final = "Milli-credits; give either this or `credits`."
_CREDITS: Final = "Credits, with at most three decimals; give either this or `milliCredits`."
_GRANT_ID_WORDS: Final = "must have 1 to 64 of letters, digits and . _ : -, and begin with a letter or digit"

_Read = TypeVar("_Read")


class GiveCreditsRequest(RequestModel):
    """Credits for a workspace. The same `id` again is the same grant; a negative amount takes back."""

    id: str = Field(
        description="Your id for this grant, unique in the workspace: a retry grants nothing twice.",
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
        description="When what is left of it expires; never when left out.",
    )
    note: str | None = Field(default=None, max_length=_LONGEST_NOTE, description="For readers of the ledger.")
    taken_from: str | None = Field(
        default=None, max_length=64, description="With a negative amount: the one grant to take from."
    )


_ONE_AMOUNT: Final[JsonDict] = {"anyOf": [{"required": ["credits"]}, {"required": ["milliCredits"]}]}


class SetBudgetRequest(RequestModel):
    """What may be spent in a calendar month (UTC)."""

    model_config = ConfigDict(json_schema_extra=_ONE_AMOUNT)

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
    words = f"must be a time with its zone, such as 2026-12-31T00:00:00Z, before the year {LAST_YEAR + 1}"
    times = {"format": "date-time", **YEARS}
    ends = faults.check("expiresAt", lambda: parse_time(text), words, times) if text is not None else None
    amount = _amount(faults, body.credits, body.milli_credits, -MAX_MILLI_CREDITS)
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
        as_csv = wants_csv(form, accept)
        since, until = days(first, last)
        return cls(_limit(limit, as_csv=as_csv), since, until, as_csv)

    @property
    def start(self) -> datetime | None:
        return start_of(self.since) if self.since else None

    @property
    def end(self) -> datetime | None:
        return end_of(self.until) if self.until else None

    @property
    def name(self) -> str:
        """Name of the list that a cursor belongs to."""
        return f"entries:{self.since or ''}:{self.until or ''}"

    def query(self, cursor: str) -> str:
        """The query that goes on from a cursor."""
        days = {"from": self.since, "to": self.until}
        kept = {name: day.isoformat() for name, day in days.items() if day}
        return urlencode({**kept, "format": "csv", "limit": self.limit, "cursor": cursor})


def _limit(limit: int | None, *, as_csv: bool) -> int:
    return limit_of(CSV_LISTING if as_csv else LISTING, limit)


class _Faults:
    """Collects the errors of a body, so that all are reported at once."""

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
    field, scale = ("milliCredits", 1) if credits is None else ("credits", MILLI)
    allowed = {"minimum": lowest // scale, "maximum": MAX_MILLI_CREDITS // scale}
    if scale > 1:
        allowed["decimalPlaces"] = 3
    words = f"must be from {allowed['minimum']} to {allowed['maximum']}"
    words += ", with at most three decimals" if scale > 1 else ""
    return faults.check(field, lambda: _in_range(credits, milli_credits, lowest), words, allowed) or 0


def _in_range(credits: float | None, milli_credits: int | None, lowest: int) -> int:
    amount = milli_credits or 0 if credits is None else parse_credits(credits)
    if not lowest <= amount <= MAX_MILLI_CREDITS:
        raise ValueError(amount)
    return amount


def _matching(pattern: str, text: str) -> str:
    if not re.fullmatch(pattern, text):
        raise ValueError(text)
    return text
