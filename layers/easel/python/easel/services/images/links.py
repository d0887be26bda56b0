"""Addresses of pictures: short-lived links to the bytes, permalinks that stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from easel.clock import Clock
from easel.domain.generation import Generation
from easel.domain.image import Image
from easel.domain.permalinks import encode_permalink
from easel.services.ports.pictures import ImageStore

LINK_LIFETIME: Final = timedelta(hours=1)
"""How long a link to the bytes works. A role-signed link dies with the role's session, so longer would be a promise
that AWS does not keep."""

Variant = Literal["original", "preview", "thumbnail"]


@dataclass(frozen=True, slots=True)
class ImageLinks:
    """Links to the bytes of one picture, good until `expires_at`."""

    url: str
    preview_url: str
    thumbnail_url: str
    expires_at: datetime


class LinkMaker:
    """Makes links at read time; nothing is stored."""

    def __init__(self, *, store: ImageStore, public_base_url: str, clock: Clock) -> None:
        self._store = store
        self._base = public_base_url.rstrip("/")
        self._clock = clock

    def image_links(self, image: Image) -> ImageLinks | None:
        """Links to all variants; None while there is no picture."""
        if image.stored is None:
            return None
        return ImageLinks(
            url=self._store.presign(image.stored.original_key, expires_in=LINK_LIFETIME),
            preview_url=self._store.presign(image.stored.preview_key, expires_in=LINK_LIFETIME),
            thumbnail_url=self._store.presign(image.stored.thumbnail_key, expires_in=LINK_LIFETIME),
            expires_at=self._clock() + LINK_LIFETIME,
        )

    def download_url(self, image: Image, variant: Variant) -> str | None:
        """A link to one variant; None while there is no picture."""
        if image.stored is None:
            return None
        keys = {
            "original": image.stored.original_key,
            "preview": image.stored.preview_key,
            "thumbnail": image.stored.thumbnail_key,
        }
        return self._store.presign(keys[variant], expires_in=LINK_LIFETIME)

    def permalink(self, generation: Generation, image: Image) -> str:
        """The address of a picture that never changes, known before the picture exists."""
        return permalink(self._base, generation.workspace_id, image.id, generation.permalink_secret)


def permalink(public_base_url: str, workspace_id: str, image_id: str, permalink_secret: str) -> str:
    """`https://…/i/<token>`."""
    return f"{public_base_url.rstrip('/')}/i/{encode_permalink(workspace_id, image_id, permalink_secret)}"
