"""Run a batch for a while: note what has ended, begin further lines, and write the results of whole chunks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from easel.clock import Clock
from easel.domain.batch import Batch, BatchLine, BatchStatus, LineRecord, PauseReason
from easel.domain.generation import Generation
from easel.domain.image import Image, Status
from easel.errors import (
    BatchBudgetReached,
    BatchStopped,
    BudgetExceeded,
    EaselError,
    Forbidden,
    InsufficientCredits,
    LimitReached,
    LineTaken,
    NotFound,
    StaleWrite,
    Unauthenticated,
    Unavailable,
)
from easel.services.accounts.principal import Principal
from easel.services.generations.batch_caller import principal_of
from easel.services.generations.batch_status import ChangeBatchStatus
from easel.services.generations.submit_generation import SubmitGeneration
from easel.services.generations.write_batch_output import ANSWER, WriteBatchOutput
from easel.services.ports.batch_files import OutputWords
from easel.services.ports.batches import Batches, BatchFiles, LineReader
from easel.services.ports.generations import GenerationReader

_PAUSES: Final[Mapping[type[EaselError], PauseReason]] = {
    BatchBudgetReached: PauseReason.BUDGET_REACHED,
    InsufficientCredits: PauseReason.INSUFFICIENT_CREDITS,
    BudgetExceeded: PauseReason.BUDGET_EXCEEDED,
}
_WORKING_TIME: Final = timedelta(seconds=15)


class RunBatch:
    """Every step may be repeated, by two workers at once too.

    A line and its generation are one transaction, in which the batch also has to be running and within its budget: so
    no line is made twice or lost, wherever a worker dies. Whether the caller still may is asked in each run, every few
    seconds: a revoked key or a lost membership pauses the batch. How many lines run at once is the plan's limit of the
    channel `batch`, apart from that of a user's other requests.
    """

    def __init__(
        self,
        *,
        batches: Batches,
        change_status: ChangeBatchStatus,
        files: BatchFiles,
        reader: LineReader,
        submit: SubmitGeneration,
        generations: GenerationReader,
        still_allowed: Callable[[Principal], None],
        permalink_of: Callable[[Generation, Image], str],
        words: OutputWords,
        write_output: WriteBatchOutput,
        clock: Clock,
    ) -> None:
        self._batches = batches
        self._change_status = change_status
        self._files = files
        self._reader = reader
        self._submit = submit
        self._generations = generations
        self._still_allowed = still_allowed
        self._permalink_of = permalink_of
        self._words = words
        self._write_output = write_output
        self._clock = clock

    def __call__(self, workspace_id: str, batch_id: str, run: str, request_id: str) -> bool | None:
        """Work for some seconds. Whether there is more to do; None for a run that is over, or has not begun yet.

        Raises:
            Unavailable: something does not answer; everything may be tried again.
        """
        batch = self._batches.get(workspace_id, batch_id)
        if batch is None or batch.run != run or batch.status.is_final:
            return None
        records = self._noted(batch, self._open_records(batch))
        if batch.status is BatchStatus.RUNNING:
            batch = self._paused_without_caller(batch, request_id)
        if batch.status is BatchStatus.RUNNING:
            batch = self._begin_lines(batch, records, request_id)
        batch = self._write_results(batch)
        return self._close(batch, request_id)

    # --- what has ended -----------------------------------------------------------------------------------------------

    def _open_records(self, batch: Batch) -> Sequence[LineRecord]:
        first = batch.closed_chunks * batch.chunk_size
        # A worker may have died before it noted how far it had come.
        return self._batches.records(batch, first, batch.lines)

    def _noted(self, batch: Batch, records: Sequence[LineRecord]) -> dict[int, LineRecord]:
        """The records, each with its outcome if its generation has ended."""
        return {record.number: self._with_outcome(batch, record) for record in records}

    def _with_outcome(self, batch: Batch, record: LineRecord) -> LineRecord:
        if record.outcome is not None or record.generation_id is None:
            return record
        generation = self._generations.get(batch.workspace_id, record.generation_id)
        if generation is not None and not generation.status.is_final:
            return record
        outcome = self._outcome(batch, generation)
        ok = generation is not None and generation.status is Status.COMPLETED
        charged = (generation.charged or 0) if generation else 0
        self._batches.end_line(batch, record, outcome, charged=charged, ok=ok)
        return replace(record, outcome=outcome)

    def _outcome(self, batch: Batch, generation: Generation | None) -> dict[str, Any]:
        if generation is None:
            return {"status": "DELETED", "error": {"code": "deleted", "message": "The generation was deleted."}}
        failure = generation.failure
        images = [
            {"index": image.index, "status": image.status.value, "url": self._url(generation, image)}
            for image in generation.images
        ]
        outcome: dict[str, Any] = {"status": generation.status.value, "images": images}
        outcome["chargedMilliCredits"] = generation.charged or 0
        if failure is not None:
            outcome["error"] = {"code": failure.code, "message": failure.message}
        if batch.origin is not None and generation.status is Status.COMPLETED:
            outcome[ANSWER] = dict(self._words.answer(batch.origin, generation))
        return outcome

    def _url(self, generation: Generation, image: Image) -> str | None:
        return self._permalink_of(generation, image) if image.status is Status.COMPLETED else None

    # --- what begins --------------------------------------------------------------------------------------------------

    def _paused_without_caller(self, batch: Batch, request_id: str) -> Batch:
        try:
            self._still_allowed(principal_of(batch))
        except (Unauthenticated, Forbidden, NotFound):
            return self._paused(batch, PauseReason.CALLER_ENDED, request_id)
        return batch

    def _begin_lines(self, batch: Batch, records: Mapping[int, LineRecord], request_id: str) -> Batch:
        principal, stop_at = principal_of(batch), self._clock() + _WORKING_TIME
        number = batch.next_line
        try:
            while number < batch.lines and self._clock() < stop_at:
                for line in self._files.lines(batch, number // batch.chunk_size):
                    if line.number < number:
                        continue
                    if line.number not in records:
                        self._begin(batch, principal, line, request_id)
                    number = line.number + 1
        except LimitReached:
            pass  # The lane is full, or the day's limit is reached: a later run goes on.
        except BatchStopped:
            return self._reread(batch, number)
        except (BatchBudgetReached, InsufficientCredits, BudgetExceeded) as stopped:
            return self._paused(self._advanced(batch, number), _PAUSES[type(stopped)], request_id)
        return self._advanced(batch, number)

    def _begin(self, batch: Batch, principal: Principal, line: BatchLine, request_id: str) -> None:
        if line.error is not None:
            self._batches.refuse_line(batch, line, {"status": "FAILED", "error": line.error})
            return
        try:
            request = self._reader.request(line, batch.workspace_id)
            self._submit(
                principal,
                replace(request, client_reference=request.client_reference or line.custom_id),
                request_id=request_id,
                idempotency_key=None,
                along=lambda made: self._batches.starting_line(
                    batch, line, made.id, made.price.total if made.price else 0
                ),
            )
        except LineTaken:
            return
        except (Unavailable, BatchStopped, LimitReached, BatchBudgetReached, InsufficientCredits, BudgetExceeded):
            raise
        except EaselError as error:
            self._batches.refuse_line(batch, line, {"status": "FAILED", "error": self._reader.error(error)})

    def _advanced(self, batch: Batch, number: int) -> Batch:
        if number != batch.next_line:
            self._batches.advance(batch, next_line=number, closed_chunks=batch.closed_chunks)
        return replace(batch, next_line=number)

    def _paused(self, batch: Batch, reason: PauseReason, request_id: str) -> Batch:
        try:
            return self._change_status(self._counted(batch), BatchStatus.PAUSED, request_id=request_id, reason=reason)
        except StaleWrite:
            return self._reread(batch, batch.next_line)

    def _reread(self, batch: Batch, number: int) -> Batch:
        found = self._batches.get(batch.workspace_id, batch.id) or batch
        return found if found.run != batch.run else self._advanced(found, max(number, found.next_line))

    # --- results ------------------------------------------------------------------------------------------------------

    def _write_results(self, batch: Batch) -> Batch:
        """Write the results of every chunk of which all lines have ended."""
        while batch.closed_chunks < batch.chunks:
            numbers = batch.lines_of(batch.closed_chunks)
            if numbers.stop > batch.next_line:
                break
            records = self._batches.records(batch, numbers.start, numbers.stop)
            if len(records) < len(numbers) or any(record.outcome is None for record in records):
                break
            batch = self._closed(batch, records, batch.closed_chunks + 1)
        return batch

    def _closed(self, batch: Batch, records: Sequence[LineRecord], step: int) -> Batch:
        self._files.append_results(batch, step, [_result(record) for record in records])
        self._batches.advance(batch, next_line=batch.next_line, closed_chunks=step)
        return replace(batch, closed_chunks=step)

    def _close(self, batch: Batch, request_id: str) -> bool:
        if batch.closed_chunks == batch.chunks:
            # A worker may have died when it had closed a last chunk of which not all lines were begun.
            all_begun = batch.next_line >= batch.lines
            return self._ended(batch, BatchStatus.COMPLETED if all_begun else BatchStatus.CANCELLED, request_id)
        if batch.status is BatchStatus.RUNNING:
            return True
        rest = self._open_records(batch)
        if any(record.outcome is None for record in rest):
            return True
        if batch.status is BatchStatus.CANCELLING:
            if rest:
                batch = self._closed(batch, rest, batch.closed_chunks + 1)
            return self._ended(batch, BatchStatus.CANCELLED, request_id)
        return False

    def _ended(self, batch: Batch, status: BatchStatus, request_id: str) -> bool:
        if batch.origin is not None:
            self._write_output(batch)
        self._change_status(self._counted(batch), status, request_id=request_id)
        return False

    def _counted(self, batch: Batch) -> Batch:
        """With the counts of now: lines have begun and ended since it was read."""
        found = self._batches.get(batch.workspace_id, batch.id)
        return batch if found is None else replace(batch, counts=found.counts)


def _result(record: LineRecord) -> dict[str, Any]:
    return {
        "line": record.number + 1,
        "custom_id": record.custom_id,
        "generationId": record.generation_id,
        **{name: value for name, value in (record.outcome or {}).items() if name != ANSWER},
    }
