"""Read uploads. Reading one that is still open also sees to it that it is processed, should its event be lost."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from easel.clock import Clock
from easel.domain.upload import Upload
from easel.errors import NotFound, QueueUnavailable, StaleWrite
from easel.services.accounts.principal import Principal
from easel.services.ports.pages import Page
from easel.services.ports.uploads import UploadQueue, Uploads

logger = logging.getLogger(__name__)

_EVENT_TIME: Final = timedelta(seconds=10)
"""From the ticket until an open upload is looked after, and from one time to the next."""


class ReadUploads:
    """One upload, or a page of them. Those that have expired are not there any more."""

    def __init__(self, *, uploads: Uploads, queue: UploadQueue, clock: Clock) -> None:
        self._uploads = uploads
        self._queue = queue
        self._clock = clock

    def get(self, principal: Principal, upload_id: str) -> Upload:
        """One upload. Raises NotFound."""
        now = self._clock()
        upload = self._uploads.get(principal.workspace_id, upload_id)
        if upload is None or upload.is_expired(now):
            raise NotFound(f"There is no upload {upload_id}.")
        if not upload.state.is_final and upload.created_at + _EVENT_TIME <= now:
            self._look_after(upload)
        return upload

    def list(self, principal: Principal, *, limit: int, after: str | None) -> Page[Upload]:
        """The newest first."""
        now = self._clock()
        found = self._uploads.list(principal.workspace_id, limit=limit, after=after)
        return found.find(lambda upload: None if upload.is_expired(now) else upload)

    def _look_after(self, upload: Upload) -> None:
        now = self._clock()
        try:
            self._uploads.note_check(upload.workspace_id, upload.id, now=now, last_before=now - _EVENT_TIME)
            self._queue.check(upload.workspace_id, upload.id)
        except StaleWrite:
            return
        except QueueUnavailable:
            # The caller asked for the state, and has it; the next read tries again.
            logger.warning("upload could not be queued", extra={"upload_id": upload.id})
