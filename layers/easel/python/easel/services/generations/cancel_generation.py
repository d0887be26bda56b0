"""Cancel a generation at the caller's request."""

from __future__ import annotations

import logging

from easel.domain.generation import Generation, cancel
from easel.domain.image import Status
from easel.errors import GenerationClosed, WorkflowUnavailable
from easel.services.accounts.principal import Principal
from easel.services.generations.close_generation import CloseGeneration
from easel.services.generations.open_attempts import priced
from easel.services.ports.image_tasks import ImageTaskRepository
from easel.services.ports.messages import Workflow

logger = logging.getLogger(__name__)


class CancelGeneration:
    """The caller's end: open images will not come, delivered ones are kept."""

    def __init__(self, *, close: CloseGeneration, tasks: ImageTaskRepository, workflow: Workflow) -> None:
        self._close = close
        self._tasks = tasks
        self._workflow = workflow

    def __call__(self, principal: Principal, generation_id: str) -> Generation:
        """Cancel.

        Raises:
            NotFound: no such generation in the caller's workspace.
            GenerationClosed: it had ended before.
        """
        generation, closed_now = self._close(
            principal.workspace_id,
            generation_id,
            lambda found: cancel(priced(self._tasks, found).images),
        )
        if not closed_now and generation.status is not Status.CANCELLED:
            raise GenerationClosed(f"Generation {generation_id} has already ended as {generation.status}.")
        try:
            self._workflow.stop(generation.id, "cancelled by the caller")
        except WorkflowUnavailable:
            # The generation has ended all the same: what the execution still does finds it closed.
            logger.warning("execution of a cancelled generation could not be stopped")
        return generation
