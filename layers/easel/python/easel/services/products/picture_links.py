"""Links to the pictures of products."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from easel.clock import Clock
from easel.domain.product import ProductPicture

LINK_LIFETIME: Final = timedelta(hours=1)
"""How long a link works: no longer than the session of the role that signs it."""


@dataclass(frozen=True, slots=True)
class PictureLinks:
    """Links to the bytes of one picture, good until `expires_at`."""

    url: str
    thumbnail_url: str
    expires_at: datetime


class LinkPictures:
    """Makes links when a product is read; nothing is stored. `presign` signs a link to an object."""

    def __init__(self, *, presign: Callable[[str, timedelta], str], clock: Clock) -> None:
        self._presign = presign
        self._clock = clock

    def __call__(self, picture: ProductPicture) -> PictureLinks:
        """Raises StorageUnavailable: nothing to sign with."""
        return PictureLinks(
            url=self._presign(picture.key, LINK_LIFETIME),
            thumbnail_url=self._presign(picture.thumbnail_key, LINK_LIFETIME),
            expires_at=self._clock() + LINK_LIFETIME,
        )
