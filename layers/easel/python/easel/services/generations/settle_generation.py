"""The regular end of a generation: what was delivered is charged, what is still open has timed out."""

from __future__ import annotations

from easel.domain.generation import Generation, conclude
from easel.services.generations.close_generation import CloseGeneration
from easel.services.generations.open_attempts import priced
from easel.services.ports.image_tasks import ImageTaskRepository


class SettleGeneration:
    """The regular end: what was delivered counts, what is still open has run out of time."""

    def __init__(self, *, close: CloseGeneration, tasks: ImageTaskRepository) -> None:
        self._close = close
        self._tasks = tasks

    def __call__(self, workspace_id: str, generation_id: str) -> Generation:
        """Settle; a generation that has ended stays as it is. Raises NotFound, Contended."""
        return self._close(workspace_id, generation_id, lambda found: conclude(priced(self._tasks, found).images))[0]
