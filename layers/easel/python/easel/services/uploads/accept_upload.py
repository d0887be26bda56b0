"""Accept files that came within a request: checked, cleaned, stored, and READY at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from easel.clock import Clock
from easel.domain.upload import MAX_INLINE_BYTES, UNATTACHED_LIFETIME, SentFile, Upload, UploadState
from easel.errors import ImageRejected, InvalidRequest, RejectionReason
from easel.ids import new_id
from easel.services.accounts.principal import Principal
from easel.services.ports.uploads import CleanedUpload, UploadCleaner, Uploads, UploadStore
from easel.services.uploads.create_upload import CreateUpload, announced_type

_CHECK_SECONDS: Final = 8
"""Until when the check of a file may begin: it takes up to ten seconds of a whole processor, and the API waits 30."""


@dataclass(frozen=True, slots=True)
class AcceptedFile:
    """A file of a form, and the upload that it has become."""

    field: str
    upload: Upload


class AcceptUpload:
    """Files within a request. All are checked before the first is stored.

    Where uploads are scanned for malware no file is accepted this way: a scan takes longer than a request may.
    """

    def __init__(
        self,
        *,
        uploads: Uploads,
        store: UploadStore,
        cleaner: UploadCleaner,
        tickets: CreateUpload,
        clock: Clock,
        scanned: bool,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._uploads = uploads
        self._store = store
        self._cleaner = cleaner
        self._tickets = tickets
        self._clock = clock
        self._scanned = scanned
        self._monotonic = monotonic

    def __call__(self, principal: Principal, files: Sequence[SentFile], *, size: int) -> tuple[AcceptedFile, ...]:
        """The uploads of these files, in their order. `size` is that of the whole request.

        Raises:
            InvalidRequest: no file.
            TicketsRequired: the request is too large or takes too long, or files are scanned first; with a ticket for
                each file.
            ImageRejected: one of them is not an accepted picture; nothing was stored.
            ImagingUnavailable, StorageUnavailable, DatabaseUnavailable: a part may have been stored, and expires.
        """
        if not files:
            raise InvalidRequest.of("file", "The form has no file.", {"minItems": 1})
        if size > MAX_INLINE_BYTES:
            message = (
                f"The form has {size} bytes; at most {MAX_INLINE_BYTES} are taken. Send each file with its ticket."
            )
            raise self._tickets.instead(principal, files, message)
        if self._scanned:
            message = "Files are scanned for malware here, so forms are not taken. Send each file with its ticket."
            raise self._tickets.instead(principal, files, message)
        cleaned: list[CleanedUpload] = []
        until = self._monotonic() + _CHECK_SECONDS
        for file in files:
            if self._monotonic() > until:
                message = "Checking the files takes longer than a request may. Send each file with its ticket."
                raise self._tickets.instead(principal, files, message)
            cleaned.append(self._cleaned(file))
        return tuple(self._stored(principal, file, picture) for file, picture in zip(files, cleaned, strict=True))

    def _cleaned(self, file: SentFile) -> CleanedUpload:
        if not file.data:
            raise ImageRejected("The file has no bytes.", RejectionReason.NOT_A_PICTURE, field=file.field)
        try:
            return self._cleaner.clean(file.data)
        except ImageRejected as error:
            raise ImageRejected(error.message, error.reason, field=file.field) from error

    def _stored(self, principal: Principal, file: SentFile, cleaned: CleanedUpload) -> AcceptedFile:
        upload_id, now = new_id(), self._clock()
        # The record first: whatever is stored for it is found and removed should the rest fail.
        self._uploads.add(
            Upload(
                id=upload_id,
                workspace_id=principal.workspace_id,
                user_id=principal.user_id,
                state=UploadState.PROCESSING,
                announced_type=announced_type(file),
                filename=file.filename,
                created_at=now,
                expires_at=now + UNATTACHED_LIFETIME,
            )
        )
        picture = self._store.keep(principal.workspace_id, upload_id, cleaned)
        return AcceptedFile(file.field, self._uploads.accept(principal.workspace_id, upload_id, picture))
