"""Make a batch of an uploaded file, and start it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from easel.clock import Clock
from easel.domain.batch import BatchLine, BatchOrigin
from easel.domain.batch_file import BatchFile, FilePurpose
from easel.errors import InvalidRequest, StaleWrite
from easel.ids import new_id
from easel.services.accounts.principal import Principal
from easel.services.generations.repeat_batch import RepeatBatch
from easel.services.generations.submit_batch import SubmitBatch, SubmittedBatch, asked_of_file
from easel.services.ports.batch_files import FileContents, FileRecords
from easel.services.ports.batches import Batches

_CLAIM_HOLDS: Final = timedelta(minutes=10)
"""How long a repetition of a call joins the batch that an earlier try began: clients give up before."""


class SubmitFileBatch:
    """A call that a client repeats is one batch: one with the same `Idempotency-Key`, or with a count of repetitions.

    Without a key the first try notes the id of its batch at the file before it stores anything. A repetition takes that
    id over, so that only one of the two can store a batch under it.
    """

    def __init__(
        self,
        *,
        records: FileRecords,
        contents: FileContents,
        submit: SubmitBatch,
        batches: Batches,
        repeats: RepeatBatch,
        clock: Clock,
    ) -> None:
        self._records = records
        self._contents = contents
        self._submit = submit
        self._batches = batches
        self._repeats = repeats
        self._clock = clock

    def __call__(
        self,
        principal: Principal,
        origin: BatchOrigin,
        read_lines: Callable[[bytes], Sequence[BatchLine]],
        *,
        turn: int,
        request_id: str,
        idempotency_key: str | None = None,
    ) -> SubmittedBatch:
        """Make and start the batch. `turn` is 0 for a first try, and counts the repetitions of a client.

        Raises:
            InvalidRequest: no such file, or none of its lines can be made; and what `read_lines` raises.
            IdempotencyKeyReused: the key came with another request before.
            Forbidden, StorageUnavailable, QueueUnavailable: as `SubmitBatch`.
        """
        now = self._clock()
        # First the key: its batch is answered when the file is there no more, too.
        claim = self._repeats.claim(principal, idempotency_key, asked_of_file(origin))
        batch_id, stored = None, self._repeats.earlier(principal, claim)
        if stored is None:
            file, content = self._file(principal, origin.file_id, now)
            if claim is None:
                batch_id = self._claimed_id(file, turn, now)
                stored = self._batches.get(principal.workspace_id, batch_id) if turn else None
        if stored is not None:
            return SubmittedBatch(self._repeats.started(principal, stored, request_id), replayed=True)
        lines = read_lines(content)
        try:
            return self._submit(
                principal,
                lines,
                name=None,
                budget=None,
                start=True,
                request_id=request_id,
                origin=origin,
                batch_id=batch_id,
                idempotency_key=idempotency_key,
            )
        except StaleWrite:
            stored = self._batches.get(principal.workspace_id, batch_id) if batch_id else None
            if stored is None:
                raise
            return SubmittedBatch(self._repeats.started(principal, stored, request_id), replayed=True)

    def _claimed_id(self, file: BatchFile, turn: int, now: datetime) -> str:
        """The id of the batch that an earlier try began; a new one, noted at the file, where there was none."""
        batch_id = _claimed(file, now) if turn else None
        if batch_id is None:
            batch_id = new_id()
            self._records.claim(file, batch_id, now)
        return batch_id

    def _file(self, principal: Principal, file_id: str, now: datetime) -> tuple[BatchFile, bytes]:
        file = self._records.get(principal.workspace_id, file_id)
        usable = file is not None and file.purpose is FilePurpose.BATCH and file.expires_at > now
        content = self._contents.get(file) if file and usable else None
        if file is None or content is None:
            raise InvalidRequest.of("input_file_id", f"There is no file file-{file_id} with the purpose batch.")
        return file, content


def _claimed(file: BatchFile, now: datetime) -> str | None:
    if file.claimed_at is None or now - file.claimed_at > _CLAIM_HOLDS:
        return None
    return file.claimed_id
