"""Addresses of pictures: short-lived links to the bytes, permalinks that stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from easel.clock import Clock
from easel.domain.archive import ArchiveState
from easel.domain.file_names import FileName
from easel.domain.generation import Generation
from easel.domain.image import Image, StoredImage
from easel.domain.permalinks import encode_permalink
from easel.services.images.request_archive import ArchiveView
from easel.services.ports.archives import ArchiveRef
from easel.services.ports.pictures import ImageStore

LINK_LIFETIME: Final = timedelta(hours=1)
"""How long a link to the bytes works at most. It dies with the role's session; see `ImageStore.lifetime`."""

Variant = Literal["original", "preview", "thumbnail"]


@dataclass(frozen=True, slots=True)
class LinkOptions:
    """What a link to one file is for: `filename` to save it under, `head` for a client that asks for headers only."""

    filename: FileName | None = None
    head: bool = False


PLAIN_LINK: Final = LinkOptions()


@dataclass(frozen=True, slots=True)
class ImageLinks:
    """Links to the bytes of one picture, good until `expires_at`."""

    url: str
    preview_url: str
    thumbnail_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ArchiveLink:
    """A link to an archive, good until `expires_at`."""

    url: str
    expires_at: datetime


class LinkMaker:
    """Makes links at read time; nothing is stored."""

    def __init__(self, *, store: ImageStore, public_base_url: str, clock: Clock) -> None:
        self._store = store
        self._base = public_base_url.rstrip("/")
        self._clock = clock

    def image_links(self, image: Image) -> ImageLinks | None:
        """Links to all variants; None while there is no picture."""
        return None if image.stored is None else self.links_of(image.stored)

    def links_of(self, picture: StoredImage) -> ImageLinks:
        """Links to all variants of a picture."""
        lifetime = self._store.lifetime(LINK_LIFETIME)
        return ImageLinks(
            url=self._store.presign(picture.original_key, expires_in=lifetime),
            preview_url=self._store.presign(picture.preview_key, expires_in=lifetime),
            thumbnail_url=self._store.presign(picture.thumbnail_key, expires_in=lifetime),
            expires_at=self._clock() + lifetime,
        )

    def download_url(self, image: Image, variant: Variant, options: LinkOptions = PLAIN_LINK) -> str | None:
        """A link to one variant; None while there is no picture."""
        if image.stored is None:
            return None
        return self._store.presign(
            variant_key(image.stored, variant),
            expires_in=self._store.lifetime(LINK_LIFETIME),
            filename=options.filename,
            head=options.head,
        )

    def archive_link(
        self, view: ArchiveView, key_of: Callable[[ArchiveRef], str], *, head: bool = False
    ) -> ArchiveLink | None:
        """A link to an archive; None until it is ready."""
        if view.state is not ArchiveState.READY or view.plan is None or not view.plan.files:
            return None
        lifetime = self._store.lifetime(LINK_LIFETIME)
        key = key_of(ArchiveRef.of(view.plan))
        url = self._store.presign(key, expires_in=lifetime, filename=view.plan.name, head=head)
        return ArchiveLink(url, self._clock() + lifetime)

    def permalink(self, generation: Generation, image: Image) -> str:
        """The address of a picture that never changes, known before the picture exists."""
        return permalink(self._base, generation.workspace_id, image.id, generation.permalink_secret)


def variant_key(stored: StoredImage, variant: Variant) -> str:
    """The object key of one variant."""
    keys = {"original": stored.original_key, "preview": stored.preview_key, "thumbnail": stored.thumbnail_key}
    return keys[variant]


def permalink(public_base_url: str, workspace_id: str, image_id: str, permalink_secret: str) -> str:
    """`https://…/i/<token>`."""
    return f"{public_base_url.rstrip('/')}/i/{encode_permalink(workspace_id, image_id, permalink_secret)}"
