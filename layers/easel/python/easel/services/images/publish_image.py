"""Show an image in the public gallery, and take it back; operators take down what must not be there."""

from __future__ import annotations

from easel.clock import Clock
from easel.domain.publication import Publication
from easel.errors import Conflict, NotFound, StaleWrite
from easel.ids import generation_of_image, new_id
from easel.services.accounts.principal import Principal
from easel.services.ports.generations import GenerationReader
from easel.services.ports.publications import Publications
from easel.services.ports.transactions import UnitOfWork


class PublishImage:
    """Nothing is public that was not published."""

    def __init__(
        self, *, generations: GenerationReader, publications: Publications, unit_of_work: UnitOfWork, clock: Clock
    ) -> None:
        self._generations = generations
        self._publications = publications
        self._unit_of_work = unit_of_work
        self._clock = clock

    def publish(
        self, principal: Principal, image_id: str, *, shows_prompt: bool, title: str | None = None
    ) -> Publication:
        """Publish an image; one that is published in the same way stays as it is.

        Raises:
            NotFound: no image with a picture in the caller's workspace.
            Conflict: an operator has taken it down, or it is published with another title or choice of `shows_prompt`.
            StaleWrite: another caller publishes or withdraws it at this moment.
        """
        self._check_picture(principal, image_id)
        found = self._publications.of_image(principal.workspace_id, image_id)
        if found is not None:
            if found.taken_down_at is not None:
                raise Conflict(f"Image {image_id} was taken down by an operator and cannot be published again.")
            if (found.shows_prompt, found.title) != (shows_prompt, title):
                raise Conflict(f"Image {image_id} is published with other values: withdraw it first to change them.")
            return found
        publication = Publication(
            id=new_id(),
            workspace_id=principal.workspace_id,
            image_id=image_id,
            published_at=self._clock(),
            published_by=principal.user_id,
            shows_prompt=shows_prompt,
            title=title,
        )
        self._unit_of_work.commit(*self._publications.publishing(publication))
        return publication

    def _check_picture(self, principal: Principal, image_id: str) -> None:
        origin = generation_of_image(image_id)
        generation = self._generations.get(principal.workspace_id, origin[0]) if origin else None
        if (
            origin is None
            or generation is None
            or origin[1] >= len(generation.images)
            or generation.images[origin[1]].stored is None
        ):
            raise NotFound(f"There is no image {image_id}.")

    def get(self, principal: Principal, image_id: str) -> Publication:
        """Raises NotFound: the image is not published, and was not taken down."""
        found = self._publications.of_image(principal.workspace_id, image_id)
        if found is None:
            raise NotFound(f"The image {image_id} is not published.")
        return found

    def withdraw(self, principal: Principal, image_id: str) -> None:
        """Take an image back; one that was taken down stays so.

        Raises:
            NotFound: it is not published.
            StaleWrite: another caller publishes or withdraws it at this moment.
        """
        found = self.get(principal, image_id)
        if found.taken_down_at is None:
            self._unit_of_work.commit(*self._publications.withdrawing(found))

    def take_down(self, publication_id: str) -> None:
        """For operators: withdraw an image of any workspace for good.

        Raises:
            NotFound: the public does not see it.
        """
        found = self._publications.by_id(publication_id)
        missing = NotFound(f"There is no published image {publication_id}.")
        if found is None:
            raise missing
        try:
            self._unit_of_work.commit(*self._publications.withdrawing(found, taken_down_at=self._clock()))
        except StaleWrite:
            raise missing from None
