"""Delete an upload that nothing uses, with its objects."""

from __future__ import annotations

from easel.clock import Clock
from easel.errors import NotFound, StaleWrite, UploadInUse
from easel.services.accounts.principal import Principal
from easel.services.ports.uploads import Uploads, UploadStore


class DeleteUpload:
    """The upload is gone at once; should the rest fail, the sweep removes its objects."""

    def __init__(self, *, uploads: Uploads, store: UploadStore, clock: Clock) -> None:
        self._uploads = uploads
        self._store = store
        self._clock = clock

    def __call__(self, principal: Principal, upload_id: str) -> None:
        """Delete one upload.

        Raises:
            NotFound: no such upload.
            UploadInUse: something uses it.
            StorageUnavailable, DatabaseUnavailable.
        """
        now = self._clock()
        upload = self._uploads.get(principal.workspace_id, upload_id)
        if upload is None or upload.is_expired(now):
            raise NotFound(f"There is no upload {upload_id}.")
        try:
            self._uploads.retire(upload, now)
        except StaleWrite:
            used = self._uploads.get(principal.workspace_id, upload_id)
            if used is None:
                raise NotFound(f"There is no upload {upload_id}.") from None
            names = ", ".join(sorted(used.attached_to)[:5])
            raise UploadInUse(f"The upload is used by {names}.") from None
        self._store.delete_all(upload.workspace_id, upload.id)
        self._uploads.remove(upload.workspace_id, upload.id)
