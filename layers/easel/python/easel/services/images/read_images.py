"""Answer for single pictures: by id for their owners, by permalink for anyone who has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from easel.domain.generation import Generation
from easel.domain.image import Image
from easel.domain.permalinks import decode_permalink
from easel.errors import NotFound
from easel.ids import generation_of_image
from easel.services.accounts.principal import Principal
from easel.services.ports.generations import GenerationReader


@dataclass(frozen=True, slots=True)
class ImageView:
    """A picture with what its page shows."""

    workspace_id: str
    generation_id: str
    permalink_secret: str
    image: Image
    title: str
    """What its file is named after: the product or the subject of a template, the prompt where there is none."""
    prompt: str
    model: str
    price_milli_credits: int


class ReadImages:
    """One read for a picture, delivered or not: that of its generation."""

    def __init__(self, *, generations: GenerationReader) -> None:
        self._generations = generations

    def get(self, principal: Principal, image_id: str) -> ImageView:
        """A picture of the caller's workspace, whatever its status. Raises NotFound."""
        view = self.of(principal.workspace_id, image_id)
        if view is None:
            raise NotFound(f"There is no image {image_id}.")
        return view

    def by_permalink(self, token: str) -> ImageView:
        """The picture behind a permalink. Raises NotFound, also for a token that was tampered with."""
        permalink = decode_permalink(token)
        view = self.of(permalink.workspace_id, permalink.image_id) if permalink else None
        # The same error for all, so that it does not reveal which ids exist.
        if permalink is None or view is None or not permalink.matches(view.permalink_secret):
            raise NotFound("There is no image under this link.")
        return view

    def of(self, workspace_id: str, image_id: str) -> ImageView | None:
        """A picture of a workspace, for whoever may see it; None where there is none."""
        origin = generation_of_image(image_id)
        if origin is None:
            return None
        generation_id, index = origin
        generation = self._generations.get(workspace_id, generation_id)
        return _view(generation, index) if generation is not None else None

    def all_of(self, workspace_id: str, image_ids: Sequence[str]) -> Mapping[str, ImageView]:
        """Those of these pictures that there are, by id, in a read for all of them."""
        found = self._generations.of_images(workspace_id, image_ids) if image_ids else {}
        origins = {image_id: generation_of_image(image_id) for image_id in found}
        views = {id_: _view(found[id_], origin[1]) for id_, origin in origins.items() if origin is not None}
        return {image_id: view for image_id, view in views.items() if view is not None}


def _view(generation: Generation, index: int) -> ImageView | None:
    """None for an image that was not asked for, was deleted, or is in the trash."""
    if index >= len(generation.images) or generation.images[index].gone_at is not None:
        return None
    return ImageView(
        generation.workspace_id,
        generation.id,
        generation.permalink_secret,
        generation.images[index],
        generation.file_title,
        generation.prompt_of(generation.images[index]),
        generation.model,
        generation.price_of(generation.images[index]),
    )
