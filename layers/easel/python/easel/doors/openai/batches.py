"""Batches as OpenAI's clients create, read and cancel them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from pydantic import ConfigDict, Field

from easel.domain.batch import FILES_KEPT, Batch, BatchLine, BatchOrigin, BatchStatus
from easel.domain.batch_file import SHORTEST_KEPT, OutputKind, output_file_id
from easel.doors.openai.files import FILE_PREFIX, named_file
from easel.doors.openai.requests import B64, URL
from easel.errors import InvalidRequest
from easel.http.batch_lines import lines_of, values_of
from easel.http.models import AnswerModel, RequestModel
from easel.http.parse import resource_id

BATCH_PREFIX: Final = "batch_"
DEFAULT_LISTED: Final = 20
_MOST_METADATA: Final = 16
_LONGEST_NAME: Final = 64
_LONGEST_VALUE: Final = 512
_PAUSED: Final = "The batch is paused ({reason}). POST /api/v1/batches/{id}/start goes on with it."

_STATUSES: Final[Mapping[BatchStatus, str]] = {
    BatchStatus.AWAITING_CONFIRMATION: "validating",
    BatchStatus.RUNNING: "in_progress",
    BatchStatus.PAUSED: "in_progress",
    BatchStatus.CANCELLING: "cancelling",
    BatchStatus.CANCELLED: "cancelled",
    BatchStatus.COMPLETED: "completed",
}

BatchId = Annotated[str, Path(alias="batchId", description="As an answer names it: `batch_...`.")]


class OutputExpiry(RequestModel):
    """When the files end that a batch ends with."""

    model_config = ConfigDict(extra="ignore", alias_generator=None)

    anchor: Literal["created_at"] = Field(description="Of the files, not of the batch.")
    seconds: int = Field(ge=int(SHORTEST_KEPT.total_seconds()), le=int(FILES_KEPT.total_seconds()))


class CreateBatchRequest(RequestModel):
    """Which lines to make."""

    model_config = ConfigDict(extra="ignore", alias_generator=None)

    input_file_id: str = Field(max_length=100, description="A file with the purpose `batch`.")
    endpoint: Literal["/v1/images/generations", "/v1/images/edits"] = Field(description="The `url` of every line.")
    completion_window: Literal["24h"] = Field(description="Lines that wait longer are made all the same.")
    metadata: dict[str, str] | None = Field(
        default=None,
        description=f"Up to {_MOST_METADATA} texts of your own, of {_LONGEST_VALUE} characters at most, under names of "
        f"{_LONGEST_NAME}.",
    )
    output_expires_after: OutputExpiry | None = Field(
        default=None, description="When the files end that the batch ends with; after thirty days when left out."
    )

    def origin(self) -> BatchOrigin:
        """Raises InvalidRequest: no id of a file, or metadata that are too large."""
        metadata = self.metadata or {}
        if len(metadata) > _MOST_METADATA or any(
            not 1 <= len(name) <= _LONGEST_NAME or len(value) > _LONGEST_VALUE for name, value in metadata.items()
        ):
            message = f"metadata has at most {_MOST_METADATA} names of {_LONGEST_NAME} and texts of {_LONGEST_VALUE}."
            raise InvalidRequest.of("metadata", message, {"maxProperties": _MOST_METADATA})
        kept = self.output_expires_after.seconds if self.output_expires_after else None
        return BatchOrigin(named_file("input_file_id", self.input_file_id), self.endpoint, metadata, kept)


CreateBatchBody = Annotated[CreateBatchRequest, Body()]


class _Body(AnswerModel):
    model_config = ConfigDict(alias_generator=None, frozen=True, defer_build=True)


class BatchFaultRow(_Body):
    """Why a batch does not go on."""

    code: str
    message: str
    line: int | None
    param: str | None


class BatchFaultRows(_Body):
    """What is wrong."""

    object: Literal["list"] = "list"
    data: list[BatchFaultRow]


class BatchRequestCounts(_Body):
    """Lines by what has become of them."""

    total: int
    completed: int
    failed: int


class OpenAIBatch(_Body):
    """A batch. Times are seconds since 1970."""

    id: str
    object: Literal["batch"] = "batch"
    endpoint: str
    errors: BatchFaultRows | None = Field(description="Why it is paused; null unless it is.")
    input_file_id: str = Field(description="Empty for a batch whose lines came within the request, at another route.")
    completion_window: Literal["24h"] = "24h"
    status: str = Field(
        json_schema_extra={"enum": ["validating", "in_progress", "cancelling", "cancelled", "completed"]},
        description="A paused one is `in_progress`, with `errors`.",
    )
    output_file_id: str | None = Field(description="The lines with images, once the batch has ended.")
    error_file_id: str | None = Field(description="The lines without, once the batch has ended.")
    created_at: int
    in_progress_at: int | None
    expires_at: None = Field(description="Always null: no batch expires.")
    finalizing_at: int | None
    completed_at: int | None
    failed_at: None
    expired_at: None
    cancelling_at: int | None
    cancelled_at: int | None
    request_counts: BatchRequestCounts
    metadata: dict[str, str] | None


class BatchRows(_Body):
    """Some of the batches of the workspace, the newest first."""

    object: Literal["list"] = "list"
    data: list[OpenAIBatch]
    first_id: str | None
    last_id: str | None
    has_more: bool


def line_reader(endpoint: str) -> Callable[[bytes], Sequence[BatchLine]]:
    """Reads the lines of a file for a batch of this endpoint.

    It raises InvalidRequest: no lines, too many, or no `custom_id` by which results could be told apart.
    """

    def fault(value: Mapping[str, Any]) -> str | None:
        if value["body"].get("response_format") == B64:
            return f"Results name the addresses of images: leave response_format out, or {URL}."
        return None

    return lambda content: lines_of(values_of(content), fault, addresses=(endpoint,))


def batch_id(text: str) -> str:
    """The id of a batch in a path. Raises NotFound: text that cannot be one."""
    return resource_id(text.strip().removeprefix(BATCH_PREFIX), "batch")


def batch_body(batch: Batch) -> OpenAIBatch:
    """One batch."""
    counts, changed, origin = batch.counts, int(batch.updated_at.timestamp()), batch.origin
    created, status = int(batch.created_at.timestamp()), batch.status
    files = origin is not None and status.is_final

    def when(*statuses: BatchStatus) -> int | None:
        return changed if status in statuses else None

    return OpenAIBatch(
        id=f"{BATCH_PREFIX}{batch.id}",
        endpoint=origin.endpoint if origin else "/api/v1/generations",
        errors=_pause(batch),
        input_file_id=f"{FILE_PREFIX}{origin.file_id}" if origin else "",
        status=_STATUSES[status],
        output_file_id=_file(batch, OutputKind.OUTPUT) if files and counts.completed else None,
        error_file_id=_file(batch, OutputKind.ERRORS) if files and counts.failed else None,
        created_at=created,
        in_progress_at=None if status is BatchStatus.AWAITING_CONFIRMATION else created,
        expires_at=None,
        finalizing_at=when(BatchStatus.COMPLETED),
        completed_at=when(BatchStatus.COMPLETED),
        failed_at=None,
        expired_at=None,
        cancelling_at=int(batch.cancelling_at.timestamp()) if batch.cancelling_at else None,
        cancelled_at=when(BatchStatus.CANCELLED),
        request_counts=BatchRequestCounts(total=batch.lines, completed=counts.completed, failed=counts.failed),
        metadata=dict(origin.metadata) if origin and origin.metadata else None,
    )


def batch_rows(batches: Sequence[Batch], *, more: bool) -> BatchRows:
    """A part of the list."""
    rows = [batch_body(batch) for batch in batches]
    first, last = (rows[0].id, rows[-1].id) if rows else (None, None)
    return BatchRows(data=rows, first_id=first, last_id=last, has_more=more)


def _pause(batch: Batch) -> BatchFaultRows | None:
    if batch.status is not BatchStatus.PAUSED or batch.pause_reason is None:
        return None
    reason = batch.pause_reason.value
    text = _PAUSED.format(reason=reason, id=batch.id)
    return BatchFaultRows(data=[BatchFaultRow(code=reason, message=text, line=None, param=None)])


def _file(batch: Batch, kind: OutputKind) -> str:
    return f"{FILE_PREFIX}{output_file_id(batch.id, kind)}"
