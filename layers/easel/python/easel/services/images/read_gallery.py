"""Search the pictures of a workspace."""

from __future__ import annotations

from easel.domain.gallery import GallerySearch
from easel.services.accounts.principal import Principal
from easel.services.ports.image_marks import GalleryImage, GallerySearches
from easel.services.ports.pages import Page


class ReadGallery:
    """Reads within the caller's workspace only. As many reads as a page needs, however many pictures there are."""

    def __init__(self, *, searches: GallerySearches) -> None:
        self._searches = searches

    def __call__(
        self, principal: Principal, search: GallerySearch, *, limit: int, after: str | None
    ) -> Page[GalleryImage]:
        """Images that are wanted. A page may have fewer than `limit`, even none, and not be the last one."""
        return self._searches.search(principal.workspace_id, search, limit=limit, after=after)
