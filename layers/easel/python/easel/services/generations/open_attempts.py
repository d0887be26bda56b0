"""Attempts at images that a generation's end leaves open: what they may cost us is part of the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from easel.domain.attempt import Attempt
from easel.domain.generation import Generation
from easel.domain.image import Image
from easel.services.ports.image_tasks import ImageRef, ImageTaskRepository


def with_attempts(tasks: ImageTaskRepository, generation: Generation) -> Sequence[Image]:
    """The images, those that are open with all their attempts."""
    return [image if image.status.is_final else _with_attempts(tasks, generation, image) for image in generation.images]


def with_called_attempts(tasks: ImageTaskRepository, generation: Generation) -> Sequence[Image]:
    """The same, but only images for which a provider was called are looked up: the others have cost nothing."""
    return [
        image if image.status.is_final or image.called_attempt is None else _with_attempts(tasks, generation, image)
        for image in generation.images
    ]


def _with_attempts(tasks: ImageTaskRepository, generation: Generation, image: Image) -> Image:
    task = tasks.get(ImageRef(generation.workspace_id, generation.id, image.index))
    return replace(image, attempts=tuple(_priced(attempt, image) for attempt in task.attempts) if task else ())


def _priced(attempt: Attempt, image: Image) -> Attempt:
    """What is open may be billed, but only if its request has left us."""
    return attempt if attempt.id == image.called_attempt or not attempt.is_open else attempt.free()
