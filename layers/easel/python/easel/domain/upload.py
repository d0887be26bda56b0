"""A picture that a caller brings: announced, arrived, checked, and kept while something uses it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from easel.clock import to_iso
from easel.domain.limits import shortened
from easel.domain.text import IGNORABLE

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_INLINE_BYTES: Final = 4_500_000
"""Of a whole form: what is left of the 6 MB of a Lambda event after base64 and headers. Larger ones need a ticket."""
MAX_FILES: Final = 10
"""Of one form."""
ACCEPTED_TYPES: Final = ("image/png", "image/jpeg", "image/webp")
TICKET_LIFETIME: Final = timedelta(hours=1)
UNATTACHED_LIFETIME: Final = timedelta(hours=24)
REMOVAL_GRACE: Final = timedelta(hours=2)
"""From its expiry until an upload is removed: a request that was accepted in its last minute still finds it."""
MAX_ATTACHMENTS: Final = 100
MAX_FILENAME_BYTES: Final = 255

GENERATIONS_ATTACHMENT: Final = "generations"
"""In `attached_to` of every upload that a generation has used as a reference, however many have: while one is there."""

_SEPARATORS: Final = re.compile(r"[/\\]")


class UploadState(StrEnum):
    """Where an upload stands. READY and REJECTED are final."""

    AWAITING = "AWAITING"
    """A ticket was issued; no bytes have been seen."""
    PROCESSING = "PROCESSING"
    """The bytes are there and are being checked."""
    READY = "READY"
    REJECTED = "REJECTED"

    @property
    def is_final(self) -> bool:
        return self in {UploadState.READY, UploadState.REJECTED}


OPEN_STATES: Final = (UploadState.AWAITING, UploadState.PROCESSING)


@dataclass(frozen=True, slots=True)
class UploadRejection:
    """Why an upload was refused: a stable code and a sentence that is safe to show."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class AcceptedPicture:
    """The checked and cleaned picture of an upload, as it is stored."""

    key: str
    thumbnail_key: str
    media_type: str
    bytes: int
    width: int
    height: int
    sha256: str
    reference_key: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload of a workspace.

    `announced_type` is what the caller said that the bytes are; `media_type`, `bytes`, `width`, `height`, `sha256`,
    `key` and `thumbnail_key` describe the cleaned picture and are set once it is READY; `reference_key` is a copy of it
    as vendors take it, if it is larger than that. `attached_to` names what uses it, such as `product:<id>`; while it is
    empty, the upload ends at `expires_at`, which is None otherwise. `generation_uses` counts the generations that used
    it and were not deleted.
    """

    id: str
    workspace_id: str
    user_id: str
    state: UploadState
    announced_type: str
    filename: str | None
    created_at: datetime
    expires_at: datetime | None
    media_type: str | None = None
    bytes: int | None = None
    width: int | None = None
    height: int | None = None
    sha256: str | None = None
    key: str | None = None
    thumbnail_key: str | None = None
    reference_key: str | None = None
    rejection: UploadRejection | None = None
    attached_to: frozenset[str] = frozenset()
    generation_uses: int = 0

    def is_expired(self, now: datetime) -> bool:
        """Whether it ended unused."""
        return self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that came within a request: its form field, its name and type as the caller wrote them, its bytes."""

    field: str
    filename: str | None
    media_type: str | None
    data: bytes


@dataclass(frozen=True, slots=True)
class UploadTicket:
    """Permission to send one file to the object store.

    `fields` come before the file in the form. `field` is the form field of the file that the ticket was made for, if
    there is one.
    """

    upload_id: str
    url: str
    fields: Mapping[str, str]
    expires_at: datetime
    field: str | None = None

    def shown(self) -> dict[str, Any]:
        """The ticket as JSON, in the form that upload libraries for browsers take."""
        return {
            "uploadId": self.upload_id,
            "method": "POST",
            "url": self.url,
            "fields": dict(self.fields),
            "expiresAt": to_iso(self.expires_at),
            "maxBytes": MAX_BYTES,
            "acceptedTypes": list(ACCEPTED_TYPES),
        }


def product_attachment(product_id: str) -> str:
    """How a product is named in `attached_to`."""
    return f"product:{product_id}"


def plain_filename(name: str | None) -> str | None:
    """The last part of a file's name as callers send it, without what cannot be seen; None where nothing is left.

    It is for display only and never part of a key or a path.
    """
    last = _SEPARATORS.split(name or "")[-1]
    shown = "".join(letter for letter in last if letter.isprintable() and letter not in IGNORABLE).strip()
    return None if shown in {"", ".", ".."} else shortened(shown, MAX_FILENAME_BYTES)


EXTENSIONS: Final[Mapping[str, str]] = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
_MEDIA_TYPES: Final = {extension: media_type for media_type, extension in EXTENSIONS.items()}


def media_type_of(key: str) -> str:
    """The media type of an object of an upload, by its extension."""
    return _MEDIA_TYPES[key.rpartition(".")[2]]
