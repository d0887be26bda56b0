"""Pictures that were made in a workspace, found by their id."""

from __future__ import annotations

from dataclasses import dataclass

from easel.domain.image import Image
from easel.ids import generation_of_image
from easel.services.ports.generations import GenerationReader


@dataclass(frozen=True, slots=True)
class FoundImage:
    """A picture, whatever its status, with the secret of its permalink."""

    image: Image
    permalink_secret: str


class ImagesOfWorkspace:
    """One read each."""

    def __init__(self, generations: GenerationReader) -> None:
        self._generations = generations

    def find(self, workspace_id: str, image_id: str) -> FoundImage | None:
        """None for what is not there, or is another workspace's."""
        origin = generation_of_image(image_id)
        generation = self._generations.get(workspace_id, origin[0]) if origin else None
        if origin is None or generation is None or origin[1] >= len(generation.images):
            return None
        image = generation.images[origin[1]]
        return FoundImage(image, generation.permalink_secret) if image.id == image_id else None
