"""The versions of content items, for their owners."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from easel.domain.content_item import UNNAMED_ITEM, ContentImage, is_file_name, item_id_fault
from easel.domain.image import Status
from easel.errors import NotFound
from easel.services.accounts.principal import Principal
from easel.services.images.read_images import ImageView, ReadImages
from easel.services.ports.content import ContentImages
from easel.services.ports.pages import Page

NO_IMAGE: Final = "Image not found"
NO_ITEM: Final = "There are no images of this content item."
_SEARCHED: Final = 10
"""Versions that are read at once to find the newest finished one."""
_PASSED_OVER: Final = 5
"""Pages that may be read without finding what is looked for. It bounds the reads of one request."""


@dataclass(frozen=True, slots=True)
class ContentView:
    """A version with its picture; `picture` is None when it was deleted or is in the trash."""

    image: ContentImage
    picture: ImageView | None
    is_current: bool | None = None
    """None where it was not asked for, and for the item without a name."""

    @property
    def status(self) -> Status:
        return self.picture.image.status if self.picture else Status.FAILED

    @property
    def is_finished(self) -> bool:
        """Whether there is a picture: it was made, and not deleted since."""
        return self.picture is not None and self.picture.image.stored is not None


class ReadContentImages:
    """Reads within the caller's workspace only: a foreign address is not found."""

    def __init__(self, *, images: ContentImages, pictures: ReadImages) -> None:
        self._images = images
        self._pictures = pictures

    def get(self, principal: Principal, item_id: str, file_name: str) -> ContentView:
        """A version by its address. Raises NotFound, also when its picture was deleted or is in the trash."""
        view = self.find(principal, item_id, file_name)
        if view.picture is None:
            raise NotFound(NO_IMAGE)
        return view

    def placed(self, view: ContentView) -> ContentView:
        """The same version, and whether it is the current one of its item."""
        image = view.image
        if image.item_id == UNNAMED_ITEM or not view.is_finished:
            return replace(view, is_current=None if image.item_id == UNNAMED_ITEM else False)
        current = self._current(image.workspace_id, image.item_id, None)
        return replace(view, is_current=image.generation_id == current)

    def find(self, principal: Principal, item_id: str, file_name: str) -> ContentView:
        """A version by its address, even if its picture is gone. Raises NotFound."""
        image = find_version(self._images, item_id, file_name)
        if image.workspace_id != principal.workspace_id:
            raise NotFound(NO_IMAGE)
        return self._view(image)

    def list(self, principal: Principal, item_id: str, *, limit: int, after: str | None) -> Page[ContentView]:
        """A page of an item's versions, the newest first, and which of them is the current one.

        Those whose pictures were deleted or are in the trash are left out. The current one is that which a person
        chose, else the newest finished one.

        Raises:
            NotFound: the workspace has no pictures of such an item.
        """
        if item_id_fault(item_id):
            raise NotFound(NO_ITEM)
        views = self._page(principal.workspace_id, item_id, limit, after)
        if not views.items and views.next_after is None and after is None:
            raise NotFound(NO_ITEM)
        current = self._current(principal.workspace_id, item_id, views if after is None else None)
        return views.map(lambda view: replace(view, is_current=view.image.generation_id == current))

    def _page(self, workspace_id: str, item_id: str, limit: int, after: str | None) -> Page[ContentView]:
        """A page of the versions whose pictures are not gone. Pages without any are passed over, but not for ever."""
        page = self._existing(workspace_id, item_id, limit, after)
        for _ in range(_PASSED_OVER):
            if page.items or page.next_after is None:
                break
            page = self._existing(workspace_id, item_id, limit, page.next_after)
        return page

    def _existing(self, workspace_id: str, item_id: str, limit: int, after: str | None) -> Page[ContentView]:
        page = self._images.list(workspace_id, item_id, limit=limit, after=after)
        pictures = self._pictures.all_of(workspace_id, [image.image_id for image in page.items])
        views = page.map(lambda image: ContentView(image, pictures.get(image.image_id)))
        return views.find(lambda view: view if view.picture is not None else None)

    def _current(self, workspace_id: str, item_id: str, newest: Page[ContentView] | None) -> str | None:
        """The generation of the current version. `newest` is the first page of the versions, if it was read."""
        chosen = self._images.item(workspace_id, item_id).chosen
        image = self._images.get(workspace_id, item_id, chosen) if chosen else None
        # The chosen one may have been deleted since, by its address or by the id of its picture, or put into the trash.
        if image is not None and self._view(image).is_finished:
            return image.generation_id
        page = newest or self._existing(workspace_id, item_id, _SEARCHED, None)
        for _ in range(_PASSED_OVER):
            current = next((view.image.generation_id for view in page.items if view.is_finished), None)
            if current is not None or page.next_after is None:
                return current
            page = self._existing(workspace_id, item_id, _SEARCHED, page.next_after)
        return None

    def _view(self, image: ContentImage) -> ContentView:
        return ContentView(image, self._pictures.of(image.workspace_id, image.image_id))


def find_version(images: ContentImages, item_id: str, file_name: str) -> ContentImage:
    """The version at an address, of any workspace. Raises NotFound."""
    image = images.at(item_id, file_name) if item_id_fault(item_id) is None and is_file_name(file_name) else None
    if image is None:
        raise NotFound(NO_IMAGE)
    return image
