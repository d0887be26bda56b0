"""The archive of a generation for whoever asks: there at once when it is small, else built by a worker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from easel.clock import Clock
from easel.domain.archive import ArchivePlan, ArchiveState, plan_archive
from easel.errors import NotFound
from easel.services.accounts.principal import Principal
from easel.services.images.build_archive import BuildArchive
from easel.services.ports.archives import ArchiveQueue, ArchiveRecord, ArchiveRecords, ArchiveRef
from easel.services.ports.generations import GenerationReader

BUILT_AT_ONCE: Final = 8 * 1024 * 1024
"""Bytes. S3 is read and written with 50 MB a second or more, so these take less than a second."""
_QUEUED_FOR: Final = timedelta(minutes=1)
"""After that a request queues it again: its message may be lost."""


@dataclass(frozen=True, slots=True)
class ArchiveView:
    """An archive as the caller sees it. `plan` is None until the generation has ended."""

    generation_id: str
    state: ArchiveState
    plan: ArchivePlan | None = None
    bytes_done: int = 0
    until: datetime | None = None


class RequestArchive:
    """Two reads for one that is there; one write and one message more for one that is not."""

    def __init__(
        self,
        *,
        generations: GenerationReader,
        records: ArchiveRecords,
        queue: ArchiveQueue,
        build: BuildArchive,
        clock: Clock,
    ) -> None:
        self._generations = generations
        self._records = records
        self._queue = queue
        self._build = build
        self._clock = clock

    def __call__(self, principal: Principal, generation_id: str, request_id: str) -> ArchiveView:
        """The archive of the caller's generation, or how far it is.

        Raises:
            NotFound: no such generation in the caller's workspace.
            QueueUnavailable, StorageUnavailable: it could not be started or built.
        """
        generation = self._generations.get(principal.workspace_id, generation_id)
        if generation is None:
            raise NotFound(f"There is no generation {generation_id}.")
        if not generation.status.is_final:
            return ArchiveView(generation_id, ArchiveState.WAITING)
        plan = plan_archive(generation)
        if not plan.files:
            return ArchiveView(generation_id, ArchiveState.READY, plan)
        ref = ArchiveRef.of(plan)
        record = self._counting(ref)
        if record is None:
            self._start(plan, ref, request_id)
            record = self._counting(ref)
        if record is None:
            return ArchiveView(generation_id, ArchiveState.QUEUED, plan)
        return ArchiveView(generation_id, record.state, plan, record.bytes_done, record.until)

    def _counting(self, ref: ArchiveRef) -> ArchiveRecord | None:
        record = self._records.get(ref)
        return record if record and record.until > self._clock() else None

    def _start(self, plan: ArchivePlan, ref: ArchiveRef, request_id: str) -> None:
        if plan.size <= BUILT_AT_ONCE:
            self._build.build(plan)
            return
        now = self._clock()
        # The message first: a record without one would hold up the next request for a minute.
        self._queue.build(ref, request_id)
        self._records.queue(ref, now=now, until=now + _QUEUED_FOR)
