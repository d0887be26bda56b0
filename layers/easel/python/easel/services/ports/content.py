"""Where the versions of content items are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from easel.domain.content_item import ContentImage, ContentItem
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write


class ContentImages(Protocol):
    """The versions of content items."""

    def item(self, workspace_id: str, item_id: str) -> ContentItem:
        """What is remembered of an item; an empty one for an item without versions."""
        ...

    def adding(self, image: ContentImage) -> Sequence[Write]:
        """A new version. Conflict: StaleWrite, when its address is taken."""
        ...

    def counting(self, image: ContentImage, before: ContentItem, fingerprint: str) -> Write:
        """Note a new version of its item. Conflict: StaleWrite, when there is a newer one than `before` knows."""
        ...

    def at(self, item_id: str, file_name: str) -> ContentImage | None:
        """The version at an address, of any workspace."""
        ...

    def get(self, workspace_id: str, item_id: str, generation_id: str) -> ContentImage | None: ...

    def list(self, workspace_id: str, item_id: str, *, limit: int, after: str | None) -> Page[ContentImage]:
        """The newest first."""
        ...

    def describing(self, image: ContentImage) -> Sequence[Write]:
        """Replace the texts of a version. Conflict: NotFound, when it is not there any more."""
        ...

    def removing(self, image: ContentImage) -> Sequence[Write]:
        """Conflict: NotFound, when it is not there any more."""
        ...

    def choose(self, image: ContentImage, now: datetime) -> None:
        """Make a version the current one of its item. Raises StaleWrite: there is no such item."""
        ...


class FileReader(Protocol):
    """Reads the bytes of stored pictures."""

    def read(self, key: str, first: int, last: int) -> bytes:
        """The bytes from `first` to `last`, both included. Raises NotFound, StorageUnavailable."""
        ...
