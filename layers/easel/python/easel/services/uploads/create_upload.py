"""Announce an upload: a ticket with which the caller sends the file to the object store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from easel.clock import Clock
from easel.domain.media_types import sniff_media_type
from easel.domain.upload import (
    ACCEPTED_TYPES,
    MAX_BYTES,
    TICKET_LIFETIME,
    UNATTACHED_LIFETIME,
    SentFile,
    Upload,
    UploadState,
    UploadTicket,
    plain_filename,
)
from easel.errors import InvalidRequest, PayloadTooLarge, TicketsRequired
from easel.ids import new_id
from easel.services.accounts.principal import Principal
from easel.services.ports.uploads import Uploads, UploadStore

_OTHER_NAMES: Final = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png"}


class CreateUpload:
    """Makes tickets. Nothing else is stored until the file arrives."""

    def __init__(self, *, uploads: Uploads, store: UploadStore, clock: Clock) -> None:
        self._uploads = uploads
        self._store = store
        self._clock = clock

    def __call__(
        self, principal: Principal, content_type: str, *, filename: str | None = None, size: int | None = None
    ) -> UploadTicket:
        """A ticket for one file of this type. `size` is what the caller says it has.

        Raises:
            InvalidRequest: a type that is not accepted, or no bytes.
            PayloadTooLarge: more bytes than an upload may have.
            StorageUnavailable, DatabaseUnavailable.
        """
        media_type = accepted_type(content_type)
        if size is not None and size < 1:
            raise InvalidRequest.of("bytes", "bytes must be at least 1.", {"minimum": 1, "maximum": MAX_BYTES})
        if size is not None and size > MAX_BYTES:
            raise PayloadTooLarge(f"The file has {size} bytes; at most {MAX_BYTES} are taken.")
        return self._ticket(principal, media_type, plain_filename(filename), None)

    def instead(self, principal: Principal, files: Sequence[SentFile], message: str) -> TicketsRequired:
        """The refusal of files within a request, with a ticket for each."""
        tickets = [
            self._ticket(principal, announced_type(file), file.filename, file.field)
            for file in files
            if len(file.data) <= MAX_BYTES
        ]
        return TicketsRequired(message, [(ticket.field or "file", ticket.shown()) for ticket in tickets])

    def _ticket(self, principal: Principal, media_type: str, filename: str | None, field: str | None) -> UploadTicket:
        upload_id, now = new_id(), self._clock()
        lifetime = self._store.lifetime(TICKET_LIFETIME)
        form = self._store.form(principal.workspace_id, upload_id, media_type, expires_in=lifetime)
        self._uploads.add(
            Upload(
                id=upload_id,
                workspace_id=principal.workspace_id,
                user_id=principal.user_id,
                state=UploadState.AWAITING,
                announced_type=media_type,
                filename=filename,
                created_at=now,
                expires_at=now + UNATTACHED_LIFETIME,
            )
        )
        return UploadTicket(upload_id, form.url, form.fields, now + lifetime, field)


def accepted_type(content_type: str) -> str:
    """The media type that a caller announces, in its registered spelling. Raises InvalidRequest."""
    plain = content_type.partition(";")[0].strip().lower()
    media_type = _OTHER_NAMES.get(plain, plain)
    if media_type not in ACCEPTED_TYPES:
        message = f"contentType must be one of {', '.join(ACCEPTED_TYPES)}."
        raise InvalidRequest.of("contentType", message, list(ACCEPTED_TYPES))
    return media_type


def announced_type(file: SentFile) -> str:
    """The type to expect of a file: what its part says, else what its bytes begin like."""
    try:
        return accepted_type(file.media_type or "")
    except InvalidRequest:
        return sniff_media_type(file.data) or ACCEPTED_TYPES[0]
