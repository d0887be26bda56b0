"""Remove uploads that nothing uses and whose time is over, and finish removals that were interrupted."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from easel.clock import Clock
from easel.domain.upload import REMOVAL_GRACE
from easel.errors import StaleWrite
from easel.jobs import JobCounts, for_each
from easel.services.ports.uploads import EndedUpload, Uploads, UploadStore

_BATCH: Final = 500
_SET_ASIDE: Final = timedelta(days=1)


class SweepUploads:
    """Runs each hour. Objects go before their record, so that whatever fails is found again."""

    def __init__(self, *, uploads: Uploads, store: UploadStore, clock: Clock) -> None:
        self._uploads = uploads
        self._store = store
        self._clock = clock

    def __call__(self) -> JobCounts:
        """Remove what has ended."""
        now = self._clock()
        before = now - REMOVAL_GRACE

        def remove(ended: EndedUpload) -> bool:
            try:
                self._uploads.retire_ended(ended, before)
            except StaleWrite:
                return False
            self._store.delete_all(ended.workspace_id, ended.upload_id)
            self._uploads.remove(ended.workspace_id, ended.upload_id)
            return True

        return for_each(
            self._uploads.ended(before, _BATCH),
            remove,
            kind="upload",
            name=lambda ended: ended.upload_id,
            set_aside=lambda ended: self._uploads.set_aside(ended, now + _SET_ASIDE),
        )
