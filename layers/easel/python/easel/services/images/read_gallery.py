"""List pictures by what people noted about them."""

from __future__ import annotations

from easel.services.accounts.principal import Principal
from easel.services.ports.image_marks import GalleryImage, ImageMarkLists
from easel.services.ports.pages import Page


class ReadGallery:
    """Reads within the caller's workspace only. As many reads as a page needs, however many pictures there are."""

    def __init__(self, *, lists: ImageMarkLists) -> None:
        self._lists = lists

    def __call__(self, principal: Principal, tag: str | None, *, limit: int, after: str | None) -> Page[GalleryImage]:
        """The newest pictures with a tag; the favourites where it is None."""
        if tag is None:
            return self._lists.favourites(principal.workspace_id, limit=limit, after=after)
        return self._lists.tagged(principal.workspace_id, tag, limit=limit, after=after)

    def tags(self, principal: Principal, *, limit: int, after: str | None) -> Page[tuple[str, int]]:
        """The tags of the workspace's pictures, and how many have each."""
        return self._lists.tags(principal.workspace_id, limit=limit, after=after)
