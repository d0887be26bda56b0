"""Write the two files that a batch ends with which was made of a file: what was made, and what was not."""

from __future__ import annotations

from datetime import timedelta

from easel.clock import Clock
from easel.domain.batch import FILES_KEPT, Batch, LineRecord
from easel.domain.batch_file import BatchFile, FilePurpose, OutputKind, output_file_id
from easel.services.ports.batch_files import FileContents, FileRecords, OutputWords
from easel.services.ports.batches import Batches

ANSWER = "answer"
"""Of the outcome of a line: the body with which the line's route answers."""


class WriteBatchOutput:
    """May be repeated: the files are the same each time. A file without lines is not made."""

    def __init__(
        self, *, batches: Batches, records: FileRecords, contents: FileContents, words: OutputWords, clock: Clock
    ) -> None:
        self._batches = batches
        self._records = records
        self._contents = contents
        self._words = words
        self._clock = clock

    def __call__(self, batch: Batch) -> None:
        """Write the files of a batch of which every line that was begun has ended. Raises StorageUnavailable."""
        data = {kind: bytearray() for kind in OutputKind}
        for chunk in range(batch.chunks):
            numbers = batch.lines_of(chunk)
            for record in self._batches.records(batch, numbers.start, numbers.stop):
                data[_kind(record)] += self._words.line(
                    batch.id, record.custom_id, record.generation_id, record.outcome or {}
                )
        for kind, lines in data.items():
            if lines:
                self._put(batch, kind, bytes(lines))

    def _put(self, batch: Batch, kind: OutputKind, data: bytes) -> None:
        file_id = output_file_id(batch.id, kind)
        self._contents.put(batch.workspace_id, file_id, data)
        self._records.put(
            BatchFile(
                id=file_id,
                workspace_id=batch.workspace_id,
                name=f"batch_{batch.id}_{kind.value}.jsonl",
                size=len(data),
                purpose=FilePurpose.BATCH_OUTPUT,
                created_at=self._clock(),
                kept=_kept(batch),
            )
        )


def _kept(batch: Batch) -> timedelta:
    seconds = batch.origin.output_kept_seconds if batch.origin else None
    return FILES_KEPT if seconds is None else timedelta(seconds=seconds)


def _kind(record: LineRecord) -> OutputKind:
    return OutputKind.OUTPUT if ANSWER in (record.outcome or {}) else OutputKind.ERRORS
