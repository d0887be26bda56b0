"""Delete versions of content items, change their texts, and choose the current one."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TypedDict

from easel.clock import Clock
from easel.domain.content_item import ContentImage
from easel.errors import Conflict, NotFound
from easel.services.accounts.principal import Principal
from easel.services.content.read_content_images import NO_IMAGE, ContentView, ReadContentImages
from easel.services.images.delete_images import DeleteImages
from easel.services.ports.content import ContentImages
from easel.services.ports.transactions import UnitOfWork


class ContentTexts(TypedDict, total=False):
    """Texts of a version. None stands for the text that it has without anybody's doing."""

    title: str
    alt: str | None
    caption: str | None


class ManageContentImages:
    """Changes within the caller's workspace only: a foreign address is not found."""

    def __init__(
        self,
        *,
        read: ReadContentImages,
        images: ContentImages,
        delete: DeleteImages,
        unit_of_work: UnitOfWork,
        clock: Clock,
    ) -> None:
        self._read = read
        self._images = images
        self._delete = delete
        self._unit_of_work = unit_of_work
        self._clock = clock

    def delete(self, principal: Principal, item_id: str, file_name: str, request_id: str) -> ContentImage:
        """Delete a version and its picture; its address answers 404 from now on.

        The picture goes first: a deletion that is interrupted can be repeated until the version is gone too.

        Raises:
            NotFound: there is none.
            Conflict: its picture is being made.
            QueueUnavailable: nothing was deleted.
        """
        view = self._read.find(principal, item_id, file_name)
        if not view.status.is_final:
            raise Conflict("The image is being made. Delete it once it is finished.")
        # Without a picture, because it could not be made or was deleted by its own id, there is only the version.
        with suppress(NotFound):
            self._delete.image(principal, view.image.image_id, request_id)
        self._unit_of_work.commit(*self._images.removing(view.image))
        return view.image

    def delete_picture(self, principal: Principal, image_id: str, request_id: str) -> None:
        """Delete a picture by its own id; a version that shows it answers 404 from now on.

        Raises:
            NotFound, Conflict, QueueUnavailable: as above.
        """
        try:
            self._delete.image(principal, image_id, request_id)
        except NotFound as missing:
            raise NotFound(NO_IMAGE) from missing

    def describe(self, principal: Principal, item_id: str, file_name: str, texts: ContentTexts) -> ContentView:
        """Change the texts of a version: only those that are given. Raises NotFound."""
        view = self._read.get(principal, item_id, file_name)
        image = replace(view.image, **texts)
        self._unit_of_work.commit(*self._images.describing(image))
        return self._read.placed(replace(view, image=image))

    def choose(self, principal: Principal, item_id: str, file_name: str) -> ContentView:
        """Make a version the current one of its item.

        Raises:
            NotFound: there is none, or its picture is not finished.
        """
        view = self._read.get(principal, item_id, file_name)
        if not view.is_finished:
            raise NotFound(NO_IMAGE)
        self._images.choose(view.image, self._clock())
        return ContentView(view.image, view.picture, is_current=True)
