"""Short-lived links to the pictures of uploads, made at read time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from easel.clock import Clock
from easel.domain.upload import Upload

LINK_LIFETIME: Final = timedelta(hours=1)
"""At most: a link that a role signed ends with the role's session."""


class LinkStore(Protocol):
    """Signs links. Raises StorageUnavailable."""

    def presign(self, key: str, *, expires_in: timedelta) -> str: ...

    def lifetime(self, wanted: timedelta) -> timedelta: ...


@dataclass(frozen=True, slots=True)
class UploadLinks:
    """Links to the picture of an upload and its thumbnail, good until `expires_at`."""

    url: str
    thumbnail_url: str
    expires_at: datetime


class UploadLinkMaker:
    """Makes the links of READY uploads."""

    def __init__(self, *, store: LinkStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def of(self, upload: Upload) -> UploadLinks | None:
        """The links of an upload; None as long as it is not READY."""
        if upload.key is None or upload.thumbnail_key is None:
            return None
        lifetime = self._store.lifetime(LINK_LIFETIME)
        return UploadLinks(
            url=self._store.presign(upload.key, expires_in=lifetime),
            thumbnail_url=self._store.presign(upload.thumbnail_key, expires_in=lifetime),
            expires_at=self._clock() + lifetime,
        )
