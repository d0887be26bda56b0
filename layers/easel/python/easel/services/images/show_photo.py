"""A picture as Telegram takes a photo by address, for whoever has its permalink. Made when it is first asked for."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Protocol

from easel.domain.image import ServedBy, StoredImage
from easel.domain.photo import MAX_BYTES, is_photo
from easel.errors import NotFound
from easel.services.images.read_images import ReadImages

_JPEG: Final = "image/jpeg"
_LINK_LIFETIME: Final = timedelta(minutes=10)
"""Telegram follows the redirect at once."""


class PhotoMaker(Protocol):
    """Converts pictures of ours. Raises ImageRejected, ImagingUnavailable."""

    def photo(self, data: bytes, made_by: ServedBy) -> bytes: ...


class PhotoStore(Protocol):
    """The bucket of the pictures. Raises StorageUnavailable."""

    def exists(self, key: str) -> bool: ...

    def read(self, key: str) -> bytes:
        """Raises NotFound."""
        ...

    def put(self, key: str, data: bytes, media_type: str) -> None: ...

    def link(self, key: str, lifetime: timedelta) -> str: ...


class ShowPhoto:
    """One read and one look at the bucket; the conversion happens once, beside the original."""

    def __init__(self, *, read_images: ReadImages, store: PhotoStore, maker: PhotoMaker) -> None:
        self._read_images = read_images
        self._store = store
        self._maker = maker

    def __call__(self, token: str) -> str:
        """A link to the bytes.

        Raises:
            NotFound: no picture under this permalink, or not yet.
        """
        view = self._read_images.by_permalink(token)
        stored = view.image.stored
        if stored is None:
            raise NotFound("There is no picture under this link yet.")
        return self._store.link(self._key(stored, view.image.served_by or ServedBy("", view.model)), _LINK_LIFETIME)

    def _key(self, stored: StoredImage, made_by: ServedBy) -> str:
        if stored.media_type == _JPEG and stored.byte_count <= MAX_BYTES and is_photo(stored.width, stored.height):
            return stored.original_key
        key = f"{stored.original_key.rpartition('/')[0]}/photo.jpg"
        if not self._store.exists(key):
            self._store.put(key, self._maker.photo(self._store.read(stored.original_key), made_by), _JPEG)
        return key
