"""What a workspace spends: by member, model, provider, API key and day, as JSON or as a table."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Header, Query
from pydantic import Field

from easel.domain.usage import UsageRow, UsageSums
from easel.doors.workspace.amounts import credits_of
from easel.errors import InvalidRequest
from easel.http import answers
from easel.http.description import route
from easel.http.models import AnswerModel
from easel.http.parse import choice
from easel.http.reports import csv_text
from easel.services.money.read_usage import UsageReport

_GROUPS: Final = {"member": "user", "model": "model", "provider": "provider", "key": "key", "day": "day"}
"""The groupings of this door, and what the use case calls them."""
_COLUMNS: Final = ("day", "member", "model", "provider", "key", "requests", "images", "credits", "milliCredits")

FirstDay = Annotated[
    str | None,
    Query(alias="from", description="First day (UTC); 30 days when left out.", json_schema_extra={"format": "date"}),
]
LastDay = Annotated[
    str | None, Query(alias="to", description="Last day, included.", json_schema_extra={"format": "date"})
]
Group = Annotated[
    str | None,
    Query(alias="groupBy", description="What the groups are; `day` when left out.",
          json_schema_extra={"enum": [*_GROUPS, None]}),
]  # fmt: skip
Form = Annotated[
    str | None,
    Query(
        alias="format",
        description="`csv` for a table with one line for each day, member, model, provider and key; `Accept: text/csv` "
        "does the same.",
        json_schema_extra={"enum": ["json", "csv", None]},
    ),
]
Accept = Annotated[str | None, Header(description="`text/csv` for a table.")]


class SpendSums(AnswerModel):
    """What was made, and what was charged for it: as the ledger has it, to the milli-credit."""

    requests: int
    images: int
    credits: int | float
    milli_credits: int


class SpendGroup(SpendSums):
    """The sums of one member, model, provider, key or day."""

    name: str | None = Field(description="Null: of callers without an API key.")


class Spend(AnswerModel):
    """What a workspace spent on the days (UTC) on which its requests ended."""

    from_: str = Field(alias="from")
    to: str
    group_by: str
    total: SpendSums
    groups: list[SpendGroup]


class SpendBody(AnswerModel):
    """The report."""

    success: bool = True
    data: Spend


READ_SPEND: Final = route(
    "readSpend",
    "Workspace API",
    "What the workspace spends",
    "By member, model, provider, API key or day. The sums are those of the ledger.",
    {
        200: {
            "description": "The report.",
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/SpendBody"}},
                "text/csv": {"schema": {"type": "string"}},
            },
        }
    },
    errors=(InvalidRequest,),
)


def chosen_group(text: str | None) -> str:
    """Read `groupBy`. Raises InvalidRequest."""
    return choice("groupBy", text or "day", tuple(_GROUPS))


def grouping(group: str) -> str:
    """What the use case calls it."""
    return _GROUPS[group]


def spend_answer(report: UsageReport, group: str, *, as_csv: bool) -> Response[SpendBody | str]:
    """The report as it was asked for."""
    if as_csv:
        name = f"spend-{report.first.isoformat()}-{report.last.isoformat()}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": answers.PRIVATE}
        table = csv_text(_COLUMNS, _lines(report.rows))
        return Response(HTTPStatus.OK.value, content_type="text/csv; charset=utf-8", body=table, headers=headers)
    data = Spend(
        from_=report.first.isoformat(),
        to=report.last.isoformat(),
        group_by=group,
        total=SpendSums(**_sums(report.total)),
        groups=[SpendGroup(name=name or None, **_sums(sums)) for name, sums in report.series.items()],
    )
    return answers.as_json(SpendBody(data=data))


def _lines(rows: Sequence[UsageRow]) -> list[list[Any]]:
    return [
        [
            *(row.day, row.user_id, row.model, row.provider, row.key_id),
            *(row.sums.generations, row.sums.images_completed, credits_of(row.sums.charged), row.sums.charged),
        ]
        for row in rows
    ]


def _sums(sums: UsageSums) -> dict[str, Any]:
    return {
        "requests": sums.generations,
        "images": sums.images_completed,
        "credits": credits_of(sums.charged),
        "milli_credits": sums.charged,
    }
