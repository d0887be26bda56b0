"""The versions of content items, for their owners."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from easel.domain.content_item import ContentImage, is_file_name, item_id_fault
from easel.domain.image import Status
from easel.errors import NotFound
from easel.services.accounts.principal import Principal
from easel.services.images.read_images import ImageView, ReadImages
from easel.services.ports.content import ContentImages
from easel.services.ports.pages import Page

NO_IMAGE: Final = "Image not found"
NO_ITEM: Final = "There are no images of this content item."


@dataclass(frozen=True, slots=True)
class ContentView:
    """A version with its picture; `picture` is None when its generation is gone."""

    image: ContentImage
    picture: ImageView | None
    is_current: bool | None = None
    """None where nobody asked for it."""

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
        """A version by its address. Raises NotFound."""
        image = find_version(self._images, item_id, file_name)
        if image.workspace_id != principal.workspace_id:
            raise NotFound(NO_IMAGE)
        return self._view(image)

    def list(self, principal: Principal, item_id: str, *, limit: int, after: str | None) -> Page[ContentView]:
        """A page of an item's versions, the newest first, and which of them is the current one.

        The current one is that which a person chose, else the newest finished one.

        Raises:
            NotFound: the workspace has no pictures of such an item.
        """
        if item_id_fault(item_id):
            raise NotFound(NO_ITEM)
        views = self._images.list(principal.workspace_id, item_id, limit=limit, after=after).map(self._view)
        if not views.items and after is None:
            raise NotFound(NO_ITEM)
        chosen = self._images.item(principal.workspace_id, item_id).chosen
        finished = (view.image.generation_id for view in views.items if view.is_finished)
        current = chosen or (next(finished, None) if after is None else None)
        return views.map(lambda view: replace(view, is_current=view.image.generation_id == current))

    def _view(self, image: ContentImage) -> ContentView:
        return ContentView(image, self._pictures.of(image.workspace_id, image.image_id))


def find_version(images: ContentImages, item_id: str, file_name: str) -> ContentImage:
    """The version at an address, whoever it belongs to. Raises NotFound."""
    image = images.at(item_id, file_name) if item_id_fault(item_id) is None and is_file_name(file_name) else None
    if image is None:
        raise NotFound(NO_IMAGE)
    return image
