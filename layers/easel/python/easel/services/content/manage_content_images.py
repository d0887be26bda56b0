"""Delete versions of content items, and choose the current one."""

from __future__ import annotations

from easel.clock import Clock
from easel.domain.content_item import ContentImage
from easel.domain.image import Status
from easel.errors import NotFound
from easel.services.accounts.principal import Principal
from easel.services.content.read_content_images import NO_IMAGE, ContentView, ReadContentImages
from easel.services.ports.content import ContentImages
from easel.services.ports.transactions import UnitOfWork


class ManageContentImages:
    """Changes within the caller's workspace only: a foreign address is not found."""

    def __init__(
        self, *, read: ReadContentImages, images: ContentImages, unit_of_work: UnitOfWork, clock: Clock
    ) -> None:
        self._read = read
        self._images = images
        self._unit_of_work = unit_of_work
        self._clock = clock

    def delete(self, principal: Principal, item_id: str, file_name: str) -> ContentImage:
        """Delete a version; its address answers 404 from now on. Raises NotFound."""
        image = self._read.get(principal, item_id, file_name).image
        self._unit_of_work.commit(*self._images.removing(image))
        return image

    def choose(self, principal: Principal, item_id: str, file_name: str) -> ContentView:
        """Make a version the current one of its item.

        Raises:
            NotFound: there is none, or its picture is not finished.
        """
        view = self._read.get(principal, item_id, file_name)
        if view.status is not Status.COMPLETED:
            raise NotFound(NO_IMAGE)
        self._images.choose(view.image, self._clock())
        return ContentView(view.image, view.picture, is_current=True)
