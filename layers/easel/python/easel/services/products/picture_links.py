"""Links to the pictures of products."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from easel.clock import Clock
from easel.domain.product import ProductPicture

LINK_LIFETIME: Final = timedelta(hours=1)
"""How long a link works at most."""


class LinkStore(Protocol):
    """Signs links. Raises StorageUnavailable."""

    def lifetime(self, wanted: timedelta) -> timedelta:
        """How long a link works that shall work so long."""
        ...

    def presign(self, key: str, *, expires_in: timedelta) -> str: ...


@dataclass(frozen=True, slots=True)
class PictureLinks:
    """Links to the bytes of one picture, good until `expires_at`."""

    url: str
    thumbnail_url: str
    expires_at: datetime


class LinkPictures:
    """Makes links when a product is read; nothing is stored."""

    def __init__(self, *, store: LinkStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def __call__(self, picture: ProductPicture) -> PictureLinks:
        """Raises StorageUnavailable: nothing to sign with."""
        lifetime = self._store.lifetime(LINK_LIFETIME)
        return PictureLinks(
            url=self._store.presign(picture.key, expires_in=lifetime),
            thumbnail_url=self._store.presign(picture.thumbnail_key, expires_in=lifetime),
            expires_at=self._clock() + lifetime,
        )
