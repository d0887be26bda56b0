"""Check what arrived for an upload, and keep it as a clean picture or say why not.

The message about an arrival may come twice, late or never; the same bytes lead to the same objects.
"""

from __future__ import annotations

import logging
from typing import Final

from easel.clock import Clock
from easel.domain.upload import AcceptedPicture, Upload, UploadRejection
from easel.errors import ImageRejected, StaleWrite
from easel.services.ports.uploads import ScanResult, UploadCleaner, Uploads, UploadStore

logger = logging.getLogger(__name__)

CLEAN: Final = "NO_THREATS_FOUND"
INFECTED: Final = "THREATS_FOUND"
_MALWARE: Final = UploadRejection("malware", "The malware scan found a threat in the file.")
_NOT_SCANNED: Final = UploadRejection("scan_failed", "The file could not be scanned for malware.")


class ProcessUpload:
    """From the arrived bytes to READY or REJECTED. Where uploads are `scanned`, only after a clean result."""

    def __init__(
        self, *, uploads: Uploads, store: UploadStore, cleaner: UploadCleaner, clock: Clock, scanned: bool
    ) -> None:
        self._uploads = uploads
        self._store = store
        self._cleaner = cleaner
        self._clock = clock
        self._scanned = scanned

    def __call__(self, workspace_id: str, upload_id: str, scan: ScanResult | None = None) -> str:
        """Process one upload; says for the log what came of it.

        Raises:
            ImagingUnavailable, StorageUnavailable, DatabaseUnavailable: the message has to come again.
        """
        upload = self._uploads.get(workspace_id, upload_id)
        if upload is None or upload.state.is_final or upload.is_expired(self._clock()):
            # No client waits for it. A ticket can be used again until it expires, which changes nothing.
            self._store.delete_arrived(workspace_id, upload_id)
            return "not awaited"
        if not self._scanned:
            return self._check(upload, None)
        scan = scan or self._store.scan_result(workspace_id, upload_id)
        if scan is None:
            return "not scanned yet"
        if scan.status != CLEAN:
            return self._reject(upload, _MALWARE if scan.status == INFECTED else _NOT_SCANNED)
        return self._check(upload, scan.etag)

    def _check(self, upload: Upload, etag: str | None) -> str:
        """Check what arrived; only the object with this ETag, if there is one."""
        workspace_id, upload_id = upload.workspace_id, upload.id
        try:
            data = self._store.read_arrived(workspace_id, upload_id, etag=etag)
            if data is None:
                return "not there"
            self._uploads.begin(workspace_id, upload_id)
            cleaned = self._cleaner.clean(data)
        except ImageRejected as refused:
            return self._reject(upload, UploadRejection(refused.reason.value, refused.message))
        except StaleWrite:
            return "ended meanwhile"
        return self._accept(upload, self._store.keep(workspace_id, upload_id, cleaned))

    def _accept(self, upload: Upload, picture: AcceptedPicture) -> str:
        try:
            self._uploads.accept(upload.workspace_id, upload.id, picture)
        except StaleWrite:
            # The same message was handled elsewhere, or the upload was deleted. Its picture stays if it is this one.
            current = self._uploads.get(upload.workspace_id, upload.id)
            if current is None or current.key != picture.key:
                self._store.discard(picture)
            return "ended meanwhile"
        self._store.delete_arrived(upload.workspace_id, upload.id)
        return "accepted"

    def _reject(self, upload: Upload, rejection: UploadRejection) -> str:
        try:
            self._uploads.reject(upload.workspace_id, upload.id, rejection)
        except StaleWrite:
            return "ended meanwhile"
        self._store.delete_arrived(upload.workspace_id, upload.id)
        return "rejected"
