"""The prompts that a workspace used most, and the tags of its pictures."""

from __future__ import annotations

from easel.domain.gallery import GallerySearch
from easel.services.accounts.principal import Principal
from easel.services.ports.image_marks import GallerySearches, ImageMarkLists, PopularPrompts
from easel.services.ports.pages import Page


class SummariseGallery:
    """Reads within the caller's workspace only."""

    def __init__(self, *, searches: GallerySearches, lists: ImageMarkLists) -> None:
        self._searches = searches
        self._lists = lists

    def popular(self, principal: Principal, search: GallerySearch, *, limit: int) -> PopularPrompts:
        """The prompts that were used most, of the last few thousand generations."""
        return self._searches.popular(principal.workspace_id, search, limit=limit)

    def tags(self, principal: Principal, *, limit: int, after: str | None) -> Page[tuple[str, int]]:
        """The tags of the workspace's pictures, and how many have each."""
        return self._lists.tags(principal.workspace_id, limit=limit, after=after)
