"""What reports of all doors have in common: the days that they are about, and tables for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from easel.domain.parsing import FIRST_YEAR, LAST_YEAR, parse_day
from easel.errors import FieldError, InvalidRequest

YEARS: Final = {"minimum": str(FIRST_YEAR), "maximum": str(LAST_YEAR)}


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


def wants_csv(form: str | None, accept: str | None) -> bool:
    """Whether a table is asked for: by `format`, else by `Accept`. Raises InvalidRequest: another format."""
    if form is not None and form not in {"csv", "json"}:
        raise InvalidRequest.of("format", "format must be csv or json.", ["csv", "json"])
    named = {part.partition(";")[0].strip().lower() for part in (accept or "").split(",")}
    return form == "csv" or (form is None and "text/csv" in named)


def csv_text(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """A table with a line of column names; what is missing is empty."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(["" if value is None else value for value in row] for row in rows)
    return text.getvalue()


def _day(field: str, text: str | None, faults: list[FieldError]) -> date | None:
    try:
        return None if text is None else parse_day(text)
    except ValueError:
        message = f"{field} must be a day such as 2026-11-20, in the years {FIRST_YEAR} to {LAST_YEAR}."
        faults.append(FieldError(field, message, {"format": "date", **YEARS}))
        return None
