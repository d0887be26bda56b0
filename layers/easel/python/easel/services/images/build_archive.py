"""Build the archive of a generation. The message may come twice, late, or after its worker died."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from easel.clock import Clock
from easel.domain.archive import ARCHIVE_KEPT_FOR, ArchivePlan, plan_archive
from easel.errors import EaselError
from easel.ids import new_id
from easel.services.ports.archives import ArchiveRecords, ArchiveRef, ArchiveStore
from easel.services.ports.generations import GenerationReader

logger = logging.getLogger(__name__)


class BuildArchive:
    """Takes the record, writes the object, and looks again whether a picture was deleted meanwhile."""

    def __init__(
        self,
        *,
        generations: GenerationReader,
        records: ArchiveRecords,
        store: ArchiveStore,
        key_of: Callable[[ArchiveRef], str],
        worker_seconds: int,
        clock: Clock,
    ) -> None:
        self._generations = generations
        self._records = records
        self._store = store
        self._key_of = key_of
        self._lease = timedelta(seconds=worker_seconds)
        self._clock = clock

    def __call__(self, workspace_id: str, generation_id: str) -> None:
        """Build the archive of what the generation has now, unless it is there or another worker builds it.

        Raises:
            StorageUnavailable: not built; it may be tried again.
        """
        plan = self._plan(workspace_id, generation_id)
        if plan is None or not self.build(plan):
            logger.info("no archive to build", extra={"generation_id": generation_id})

    def build(self, plan: ArchivePlan) -> bool:
        """Build this archive; False when another worker does, or it is there.

        Raises:
            StorageUnavailable: not built; it may be tried again.
        """
        ref, builder, now = ArchiveRef.of(plan), new_id(), self._clock()
        if not self._records.begin(ref, builder, now=now, until=now + self._lease):
            return False
        key = self._key_of(ref)
        try:
            self._store.build(key, plan, lambda done: self._note(ref, builder, done))
        except EaselError:
            self._records.release(ref, builder)
            raise
        if self._plan(ref.workspace_id, ref.generation_id) != plan:
            # A picture was deleted meanwhile, perhaps before this archive was there to be deleted with it.
            self._store.delete(key)
            self._records.release(ref, builder)
            return False
        return self._records.ready(ref, builder, bytes_done=plan.size, until=self._clock() + ARCHIVE_KEPT_FOR)

    def _plan(self, workspace_id: str, generation_id: str) -> ArchivePlan | None:
        generation = self._generations.get(workspace_id, generation_id)
        if generation is None or not generation.status.is_final:
            return None
        plan = plan_archive(generation)
        return plan if plan.files else None

    def _note(self, ref: ArchiveRef, builder: str, done: int) -> None:
        """How far it is. Best effort: the work goes on when it cannot be stored."""
        try:
            self._records.progress(ref, builder, done)
        except EaselError as error:
            logger.warning("progress of an archive could not be stored", extra={"code": error.code})
