"""The regular end of a generation: what was delivered is charged, what is still open has timed out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from easel.domain.attempt import Attempt
from easel.domain.generation import Generation, conclude
from easel.domain.image import Image
from easel.services.generations.close_generation import CloseGeneration
from easel.services.ports.image_tasks import ImageRef, ImageTaskRepository


class SettleGeneration:
    """The regular end: what was delivered counts, what is still open has run out of time."""

    def __init__(self, *, close: CloseGeneration, tasks: ImageTaskRepository) -> None:
        self._close = close
        self._tasks = tasks

    def __call__(self, workspace_id: str, generation_id: str) -> Generation:
        """Settle; a generation that has ended stays as it is. Raises NotFound, Contended."""
        return self._close(workspace_id, generation_id, lambda found: conclude(self._with_journal(found)))[0]

    def _with_journal(self, generation: Generation) -> Sequence[Image]:
        """Images that ran out of time keep the story of their attempts."""
        return [
            image if image.status.is_final else replace(image, attempts=self._attempts(generation, image))
            for image in generation.images
        ]

    def _attempts(self, generation: Generation, image: Image) -> tuple[Attempt, ...]:
        task = self._tasks.get(ImageRef(generation.workspace_id, generation.id, image.index))
        attempts = task.attempts if task else ()
        # What is open may be billed, but only if its request has left us.
        return tuple(
            attempt if attempt.id == image.called_attempt or not attempt.is_open else attempt.free()
            for attempt in attempts
        )
