"""A file that is made of a content item's picture for pages, for anyone with its address."""

from __future__ import annotations

from typing import Protocol

from easel.domain.image import ServedBy, StoredImage
from easel.domain.renditions import Rendition
from easel.errors import NotFound
from easel.services.content.read_content_file import ReadContentFile
from easel.services.content.read_content_images import NO_IMAGE, ContentView


class RenditionMaker(Protocol):
    """Makes files of pictures. Raises ImageRejected, ImagingUnavailable."""

    def make(self, data: bytes, rendition: Rendition, *, made_by: ServedBy, source_type: str) -> bytes: ...


class RenditionStore(Protocol):
    """The bucket of the pictures. Raises StorageUnavailable."""

    def read(self, key: str) -> bytes:
        """Raises NotFound."""
        ...

    def put(self, key: str, data: bytes, media_type: str) -> None: ...


class ShowRendition:
    """Made when it is first asked for, and kept beside the original: whatever deletes that deletes it too."""

    def __init__(self, *, find: ReadContentFile, store: RenditionStore, maker: RenditionMaker) -> None:
        self._find = find
        self._store = store
        self._maker = maker

    def find(self, item_id: str, file_name: str) -> ContentView:
        """The version, for any caller. Raises NotFound."""
        return self._find(item_id, file_name)

    def data(self, view: ContentView, stored: StoredImage, rendition: Rendition) -> bytes:
        """The file's bytes.

        Raises:
            NotFound: its original is gone.
            StorageUnavailable, ImagingUnavailable: it could not be made now.
        """
        key = rendition_key(stored, rendition)
        try:
            return self._store.read(key)
        except NotFound:
            pass
        if view.picture is None:
            raise NotFound(NO_IMAGE)
        data = self._maker.make(
            self._store.read(stored.original_key),
            rendition,
            made_by=view.picture.image.served_by or ServedBy("unknown", view.picture.model),
            source_type=stored.provenance.digital_source_type,
        )
        self._store.put(key, data, rendition.media_type)
        return data


def rendition_key(stored: StoredImage, rendition: Rendition) -> str:
    """Below the picture's own files."""
    return f"{stored.original_key.rpartition('/')[0]}/renditions/{rendition.key_name}"
