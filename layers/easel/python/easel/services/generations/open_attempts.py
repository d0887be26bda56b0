"""Attempts at images that a generation's end leaves open: what they may cost us is part of the end."""

from __future__ import annotations

from dataclasses import replace

from easel.domain.attempt import Attempt
from easel.domain.generation import Generation
from easel.domain.image import Image
from easel.services.ports.image_tasks import ImageRef, ImageTaskRepository


def priced(tasks: ImageTaskRepository, generation: Generation) -> Generation:
    """The generation, with what the open attempts of its open images may cost. Only those images are looked up."""
    return replace(generation, images=tuple(_priced(tasks, generation, image) for image in generation.images))


def _priced(tasks: ImageTaskRepository, generation: Generation, image: Image) -> Image:
    if image.status.is_final or not any(attempt.is_open for attempt in image.attempts):
        return image
    task = tasks.get(ImageRef(generation.workspace_id, generation.id, image.index))
    if task is None:
        return image
    return replace(image, attempts=tuple(_cost_of(attempt, task.called_attempt) for attempt in task.attempts))


def _cost_of(attempt: Attempt, called: str | None) -> Attempt:
    """What is open may be billed, but only if its request has left us."""
    return attempt if attempt.id == called or not attempt.is_open else attempt.free()
