"""Records and objects of uploads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from easel.domain.provider import ReferenceImage
from easel.domain.upload import AcceptedPicture, Upload, UploadRejection
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write


class Uploads(Protocol):
    """The uploads of workspaces. Records that are being removed are not there any more."""

    def add(self, upload: Upload) -> None:
        """Store a new upload. Raises StaleWrite if there is one under its id."""
        ...

    def get(self, workspace_id: str, upload_id: str) -> Upload | None: ...

    def get_all(self, workspace_id: str, upload_ids: Iterable[str]) -> Mapping[str, Upload]:
        """Those that are there, by their ids."""
        ...

    def list(self, workspace_id: str, *, limit: int, after: str | None) -> Page[Upload]:
        """The newest first."""
        ...

    def begin(self, workspace_id: str, upload_id: str) -> Upload:
        """From AWAITING or PROCESSING to PROCESSING. Raises StaleWrite."""
        ...

    def accept(self, workspace_id: str, upload_id: str, picture: AcceptedPicture) -> Upload:
        """From AWAITING or PROCESSING to READY. Raises StaleWrite."""
        ...

    def reject(self, workspace_id: str, upload_id: str, rejection: UploadRejection) -> Upload:
        """From AWAITING or PROCESSING to REJECTED. Raises StaleWrite."""
        ...

    def note_check(self, workspace_id: str, upload_id: str, *, now: datetime, last_before: datetime) -> None:
        """Note that an open upload is looked after now. Raises StaleWrite if that was done after `last_before`."""
        ...

    def attaching(self, upload: Upload, to: str) -> Write:
        """Keep a READY upload because something uses it; harmless when repeated.

        Conflict: NotFound, UploadNotReady, TooManyAttachments.
        """
        ...

    def counting_use(self, upload: Upload) -> Write:
        """Keep a READY upload because one generation more uses it. Conflict: NotFound, UploadNotReady."""
        ...

    def ending_use(self, upload: Upload, *, expires_at: datetime) -> Write:
        """One generation less uses it; without any other use it ends at `expires_at`. Conflict: StaleWrite."""
        ...

    def detaching(self, upload: Upload, from_: str, *, expires_at: datetime) -> Write:
        """End one use; an upload without any other use ends at `expires_at`. Conflict: StaleWrite."""
        ...

    def retire(self, upload: Upload, now: datetime) -> None:
        """Begin to remove an upload that nothing uses: it is not there from now on. Raises StaleWrite.

        That generations have used it as a reference does not count.
        """
        ...

    def remove(self, workspace_id: str, upload_id: str) -> None:
        """Delete the record of a retired upload. Raises StaleWrite."""
        ...

    def ended(self, before: datetime, limit: int) -> Sequence[EndedUpload]:
        """Unattached uploads whose time was over before this moment, and those whose removal was not finished."""
        ...

    def set_aside(self, ended: EndedUpload, until: datetime) -> None:
        """Leave an upload that could not be removed alone for a while. Raises StaleWrite if it is used meanwhile."""
        ...

    def retire_ended(self, ended: EndedUpload, before: datetime) -> None:
        """`retire` for one of `ended`. Raises StaleWrite if it is attached meanwhile."""
        ...


class UploadStore(Protocol):
    """The objects of uploads: what arrived, and what was checked. Raises StorageUnavailable."""

    def form(self, workspace_id: str, upload_id: str, media_type: str, *, expires_in: timedelta) -> PostForm:
        """A form that stores what arrives: one object of this type, of 1 to `MAX_BYTES` bytes."""
        ...

    def read_arrived(self, workspace_id: str, upload_id: str, *, etag: str | None = None) -> bytes | None:
        """What arrived; None if nothing has, or something else than what has this ETag.

        Raises ImageRejected if it has more than `MAX_BYTES` bytes.
        """
        ...

    def scan_result(self, workspace_id: str, upload_id: str) -> ScanResult | None:
        """What the malware scan wrote on what arrived; None as long as it has not."""
        ...

    def delete_arrived(self, workspace_id: str, upload_id: str) -> None: ...

    def keep(self, workspace_id: str, upload_id: str, cleaned: CleanedUpload) -> AcceptedPicture:
        """Store a checked picture with its thumbnail, under keys that follow from its content."""
        ...

    def discard(self, picture: AcceptedPicture) -> None:
        """Delete a picture that `keep` stored."""
        ...

    def delete_all(self, workspace_id: str, upload_id: str) -> None:
        """Delete everything that was stored for an upload."""
        ...

    def presign(self, key: str, *, expires_in: timedelta) -> str: ...

    def lifetime(self, wanted: timedelta) -> timedelta:
        """How long what is signed now works: until the credentials end that sign it, `wanted` at most."""
        ...


@dataclass(frozen=True, slots=True)
class ScanResult:
    """The result of a malware scan, and the ETag of the object that was scanned."""

    status: str
    etag: str


@dataclass(frozen=True, slots=True)
class PostForm:
    """Where to send a form, and the fields before its file."""

    url: str
    fields: Mapping[str, str]


class UploadCleaner(Protocol):
    """Checks and cleans the bytes of an upload. Raises ImageRejected or ImagingUnavailable."""

    def clean(self, data: bytes) -> CleanedUpload: ...


@dataclass(frozen=True, slots=True)
class CleanedUpload:
    """A complete, upright picture without metadata, and a thumbnail of it in webp."""

    data: bytes
    thumbnail: bytes
    media_type: str
    width: int
    height: int
    sha256: str
    reference: ReferenceImage | None = None
    """The picture as vendors take it, if it is larger than that."""


class UploadQueue(Protocol):
    """Has the worker look after an upload. Raises QueueUnavailable."""

    def check(self, workspace_id: str, upload_id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class EndedUpload:
    """An upload that is to be removed."""

    workspace_id: str
    upload_id: str
