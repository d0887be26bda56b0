"""Errors about pictures that callers bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from easel.errors.base import Conflict, PayloadTooLarge


class UploadNotReady(Conflict):
    """The upload has no checked picture: it is still awaited or checked, or it was rejected."""

    code = "upload_not_ready"


class UploadInUse(Conflict):
    """The upload is attached to something, which has to let go of it first."""

    code = "upload_in_use"


class TooManyAttachments(Conflict):
    """The limit of uses of one upload is reached."""

    code = "too_many_attachments"


class TicketsRequired(PayloadTooLarge):
    """The files of a form have to be sent to the object store. `tickets` are pairs of a form field and its ticket."""

    code = "tickets_required"

    def __init__(self, message: str, tickets: Sequence[tuple[str, Mapping[str, Any]]] = ()) -> None:
        super().__init__(message)
        self.tickets = tuple(tickets)
