"""Batches, their lines and their files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

from easel.domain.batch import Batch, BatchLine, LineRecord
from easel.domain.request import ImageRequest
from easel.errors import EaselError
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write


class Batches(Protocol):
    """The records of batches and of their lines."""

    def add(self, batch: Batch, *along: Write) -> None:
        """Store a new batch, with the writes `along`. Raises StaleWrite: there is one under its id."""
        ...

    def get(self, workspace_id: str, batch_id: str) -> Batch | None: ...

    def list(self, workspace_id: str, *, limit: int, after: str | None) -> Page[Batch]:
        """The newest first."""
        ...

    def list_after(self, workspace_id: str, *, limit: int, batch_id: str | None) -> Page[Batch]:
        """Those that are older than a batch, the newest first."""
        ...

    def change(self, before: Batch, after: Batch, *along: Write) -> None:
        """Store status, run and caller of a batch that has the status and run of `before`, with the writes `along`.

        Raises StaleWrite.
        """
        ...

    def starting_line(self, batch: Batch, line: BatchLine, generation_id: str, price: int) -> Sequence[Write]:
        """Writes that belong to the generation of a line.

        Conflict: LineTaken, when the line has a record; BatchStopped, when the batch is not in this run any more;
        BatchBudgetReached, when its budget has less left than the price.
        """
        ...

    def refuse_line(self, batch: Batch, line: BatchLine, outcome: Mapping[str, Any]) -> None:
        """Record that a line has no generation. No effect on one that has a record."""
        ...

    def end_line(self, batch: Batch, record: LineRecord, outcome: Mapping[str, Any], *, charged: int, ok: bool) -> None:
        """Record how a line ended, and count it. No effect on one that has ended."""
        ...

    def records(self, batch: Batch, first: int, end: int) -> Sequence[LineRecord]:
        """What became of the lines from `first` on, before `end`."""
        ...

    def records_after(self, batch: Batch, *, limit: int, after: str | None) -> Page[LineRecord]:
        """What became of the lines that have begun, in their order."""
        ...

    def advance(self, batch: Batch, *, next_line: int, closed_chunks: int) -> None:
        """Note how far a run has come. Raises StaleWrite: not in this run any more."""
        ...


class BatchFiles(Protocol):
    """The lines of a batch and its results, in the bucket."""

    def put_lines(self, workspace_id: str, batch_id: str, lines: Sequence[BatchLine]) -> tuple[int, ...]:
        """Store all lines; returns the offsets of their chunks. Raises StorageUnavailable."""
        ...

    def lines(self, batch: Batch, chunk: int) -> Sequence[BatchLine]:
        """The lines of a chunk. Raises StorageUnavailable."""
        ...

    def append_results(self, batch: Batch, step: int, results: Sequence[Mapping[str, Any]]) -> None:
        """Make the result file of this step: that of the step before, with these added. The same result each time.

        Raises StorageUnavailable.
        """
        ...

    def results_link(self, batch: Batch, step: int, expires_in: timedelta) -> str:
        """A link to the result file of a step. Raises StorageUnavailable."""
        ...


class BatchQueue(Protocol):
    """Messages that keep a batch running."""

    def run(self, workspace_id: str, batch_id: str, run: str, request_id: str, delay: timedelta) -> None:
        """Raises QueueUnavailable."""
        ...


class LineReader(Protocol):
    """From the body of a line to a request, and from errors to their words."""

    def request(self, line: BatchLine, workspace_id: str) -> ImageRequest:
        """Raises InvalidRequest, UnknownModel; NotFound: a closed door, or a workspace that is not the batch's."""
        ...

    def error(self, error: EaselError) -> Mapping[str, Any]:
        """code, message, details."""
        ...
