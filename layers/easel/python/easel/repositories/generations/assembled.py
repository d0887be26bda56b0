"""A generation from its records: one REQUEST, one STATE, and an IMAGE for each image that a worker has claimed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from easel.domain.generation import Generation
from easel.domain.image import Image, Stage, Status
from easel.repositories import keys
from easel.repositories.generations.image_items import image_from, image_item
from easel.repositories.generations.request_items import request_fields, request_item
from easel.repositories.generations.state_items import as_ended, state_fields, state_item


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
