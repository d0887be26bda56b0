"""A generation from its records: one REQUEST, one STATE, and an IMAGE for each image that a worker has claimed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from easel.domain.generation import Generation
from easel.domain.image import Image, Stage, Status
from easel.ids import generation_of_image
from easel.repositories.generations import keys
from easel.repositories.generations.image_items import image_from, image_item
from easel.repositories.generations.request_items import request_fields, request_item
from easel.repositories.generations.state_items import as_ended, state_fields, state_item
from easel.repositories.keys import Key


def items_of(generation: Generation) -> list[dict[str, Any]]:
    """All records of a generation. A new one has two: no worker has claimed an image."""
    claimed = [image for image in generation.images if (image.status, image.stage) != (Status.PENDING, Stage.QUEUED)]
    return [
        request_item(generation),
        state_item(generation),
        *(image_item(generation.workspace_id, generation.id, image) for image in claimed),
    ]


def generation_from(items: Iterable[Mapping[str, Any]]) -> Generation | None:
    """The generation of these records, in any order; None for a deleted one, or when a record is missing."""
    parts = {keys.generation_part_of(item): item for item in items}
    request, state = parts.get(keys.REQUEST), parts.get(keys.STATE)
    if request is None or state is None or "deletedAt" in state:
        return None
    workspace_id, generation_id = keys.generation_id_of(request)
    fields = request_fields(workspace_id, generation_id, request)

    def image(planned: Image) -> Image:
        claimed = image_from(planned, workspace_id, generation_id, parts.get(f"{keys.IMAGE}{planned.index}"))
        return as_ended(claimed, state)

    return Generation(**fields | state_fields(state) | {"images": tuple(map(image, fields["images"]))})


def keys_of_image(workspace_id: str, image_id: str) -> list[Key]:
    """What an image is read from: the request, the state, its own record. Empty for text that is no image's id."""
    origin = generation_of_image(image_id)
    if origin is None:
        return []
    return [
        keys.generation_request(workspace_id, origin[0]),
        keys.generation_state(workspace_id, origin[0]),
        keys.generation_image(workspace_id, *origin),
    ]


def generation_of(
    workspace_id: str, image_id: str, found: Mapping[tuple[str, str], Mapping[str, Any]]
) -> tuple[Generation, int] | None:
    """The generation of an image and the image's index, from records by partition and sort key.

    Other images of the generation may lack their records, and are then as they were planned.
    """
    origin = generation_of_image(image_id)
    records = (found.get((key["pk"], key["sk"])) for key in keys_of_image(workspace_id, image_id))
    generation = generation_from(record for record in records if record is not None)
    if origin is None or generation is None or origin[1] >= len(generation.images):
        return None
    return generation, origin[1]
