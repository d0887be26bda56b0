"""What the public sees of the images that workspaces have published."""

from __future__ import annotations

from easel.domain.image import Image
from easel.errors import NotFound
from easel.ids import generation_of_image
from easel.services.ports.generations import GenerationReader
from easel.services.ports.pages import Page
from easel.services.ports.publications import Publications, PublicImage, PublicLists


class ReadPublicGallery:
    """As many reads for a page, whatever the number of images."""

    def __init__(self, *, lists: PublicLists, publications: Publications, generations: GenerationReader) -> None:
        self._lists = lists
        self._publications = publications
        self._generations = generations

    def page(self, *, limit: int, after: str | None) -> Page[PublicImage]:
        """The newest publications first. A page may have fewer than `limit`, where images were deleted."""
        return self._lists.newest(limit=limit, after=after)

    def image(self, publication_id: str) -> Image:
        """The image of a publication. Raises NotFound: it was withdrawn, taken down or deleted."""
        found = self._publications.by_id(publication_id)
        origin = generation_of_image(found.image_id) if found else None
        generation = self._generations.get(found.workspace_id, origin[0]) if found and origin else None
        image = generation.images[origin[1]] if generation and origin else None
        if image is None or image.stored is None:
            raise NotFound(f"There is no published image {publication_id}.")
        return image
