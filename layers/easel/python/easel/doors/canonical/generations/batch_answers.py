"""Batches as the canonical door shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from pydantic import Field

from easel.clock import to_iso
from easel.domain.batch import Batch, BatchLine, LineRecord
from easel.domain.credits import MILLI
from easel.http.models import AnswerModel, Moment
from easel.http.pagination import PageRequest, Pages
from easel.services.ports.pages import Page

BATCHES_PATH: Final = "/api/v1/batches"


class BatchCountsBody(AnswerModel):
    """Lines by what has become of them."""

    total: int
    waiting: int = Field(description="Not begun.")
    running: int
    completed: int
    failed: int = Field(description="Without a picture, those that could not be made included.")


class BatchCostBody(AnswerModel):
    """What it costs, in milli-credits. Each line is held and charged by itself; what fails costs nothing."""

    quoted_milli_credits: int = Field(description="What all lines cost together, at the prices of the submit.")
    quoted_credits: float
    budget_milli_credits: int | None
    reserved_milli_credits: int = Field(description="What the lines so far have cost or hold.")
    charged_milli_credits: int


class BatchFaultBody(AnswerModel):
    """A line that cannot be made."""

    line: int = Field(description="Counted from 1.")
    custom_id: str = Field(alias="custom_id")
    code: str
    message: str


class BatchBody(AnswerModel):
    """A batch and how far it is."""

    id: str
    name: str | None
    status: str = Field(
        json_schema_extra={
            "enum": ["AWAITING_CONFIRMATION", "RUNNING", "PAUSED", "CANCELLING", "CANCELLED", "COMPLETED"]
        }
    )
    pause_reason: str | None = Field(
        description="`requested`, `budget_reached`, `insufficient_credits`, `budget_exceeded` or `caller_ended` "
        "(the key was revoked, or the member left); null unless paused."
    )
    counts: BatchCountsBody
    invalid_lines: int = Field(description="Lines of which the submit knew that they cannot be made.")
    faults: list[BatchFaultBody] = Field(description="The first of them, in the answer to the submit.")
    cost: BatchCostBody
    results_url: str | None = Field(
        description="The results so far, one line of JSON for each request, in order. Works for an hour; null before "
        "there are any, and in lists."
    )
    created_at: Moment
    updated_at: Moment = Field(description="When its status last changed.")


class BatchPage(AnswerModel):
    """The newest batches of the workspace first."""

    batches: list[BatchBody]
    limit: int
    next_cursor: str | None = Field(description="Send it back as `cursor`; null on the last page.")


class BatchImageBody(AnswerModel):
    """One image of a line."""

    index: int
    status: str = Field(json_schema_extra={"enum": ["COMPLETED", "FAILED", "CANCELLED"]})
    url: str | None = Field(description="Stays as long as the image does; null without one.")


class BatchErrorBody(AnswerModel):
    """Why a line has no image."""

    code: str
    message: str


class BatchResultBody(AnswerModel):
    """What became of a line that has begun."""

    line: int = Field(description="Counted from 1.")
    custom_id: str = Field(alias="custom_id")
    generation_id: str | None = Field(description="Null for a line that could not be made.")
    status: str = Field(json_schema_extra={"enum": ["RUNNING", "COMPLETED", "FAILED", "CANCELLED", "DELETED"]})
    images: list[BatchImageBody]
    charged_milli_credits: int | None = Field(description="Null while it runs.")
    error: BatchErrorBody | None


class BatchResultPage(AnswerModel):
    """Lines that have begun, in their order."""

    results: list[BatchResultBody]
    limit: int
    next_cursor: str | None = Field(
        description="Send it back as `cursor`; null where no further line has begun so far."
    )


ResultsUrl = Callable[[Batch], str | None]


def batch_body(batch: Batch, results_url: str | None = None, faults: Sequence[BatchLine] = ()) -> BatchBody:
    """One batch."""
    counts = batch.counts
    return BatchBody(
        id=batch.id,
        name=batch.name,
        status=batch.status.value,
        pause_reason=batch.pause_reason.value if batch.pause_reason else None,
        counts=BatchCountsBody(
            total=batch.lines,
            waiting=batch.lines - counts.submitted,
            running=counts.running,
            completed=counts.completed,
            failed=counts.failed,
        ),
        invalid_lines=batch.invalid_lines,
        faults=[_fault(line) for line in faults],
        cost=BatchCostBody(
            quoted_milli_credits=batch.quoted,
            quoted_credits=batch.quoted / MILLI,
            budget_milli_credits=batch.budget,
            reserved_milli_credits=counts.reserved,
            charged_milli_credits=counts.charged,
        ),
        results_url=results_url,
        created_at=to_iso(batch.created_at),
        updated_at=to_iso(batch.updated_at),
    )


def batch_page(page: Page[Batch], requested: PageRequest, pages: Pages) -> BatchPage:
    """One page of batches."""
    bodies, next_cursor = pages.fit(page, batch_body)
    return BatchPage(batches=bodies, limit=requested.limit, next_cursor=next_cursor)


def result_page(page: Page[LineRecord], requested: PageRequest, pages: Pages) -> BatchResultPage:
    """One page of results."""
    bodies, next_cursor = pages.fit(page, _result)
    return BatchResultPage(results=bodies, limit=requested.limit, next_cursor=next_cursor)


def _result(record: LineRecord) -> BatchResultBody:
    outcome = record.outcome
    error = outcome.get("error") if outcome else None
    return BatchResultBody(
        line=record.number + 1,
        custom_id=record.custom_id,
        generation_id=record.generation_id,
        status=outcome["status"] if outcome else "RUNNING",
        images=[BatchImageBody(**image) for image in (outcome or {}).get("images", ())],
        charged_milli_credits=None if outcome is None else outcome.get("chargedMilliCredits", 0),
        error=BatchErrorBody(code=error["code"], message=error["message"]) if error else None,
    )


def _fault(line: BatchLine) -> BatchFaultBody:
    error = line.error or {}
    return BatchFaultBody(
        line=line.number + 1, custom_id=line.custom_id, code=str(error.get("code")), message=str(error.get("message"))
    )
