"""End a generation that is stuck, for those who run the platform."""

from __future__ import annotations

import logging

from easel.domain.generation import Generation, conclude
from easel.errors import GenerationClosed, WorkflowUnavailable
from easel.services.generations.close_generation import CloseGeneration
from easel.services.generations.open_attempts import priced
from easel.services.ports.image_tasks import ImageTaskRepository
from easel.services.ports.messages import Workflow

logger = logging.getLogger(__name__)


class SettleByHand:
    """The regular end before its time: what was delivered is charged, the rest of the hold is free again."""

    def __init__(self, *, close: CloseGeneration, tasks: ImageTaskRepository, workflow: Workflow) -> None:
        self._close = close
        self._tasks = tasks
        self._workflow = workflow

    def __call__(self, workspace_id: str, generation_id: str) -> Generation:
        """Settle.

        Raises:
            NotFound: no such generation in this workspace.
            GenerationClosed: it had ended before.
            Contended: it, or its money, kept changing.
        """
        ended, closed_now = self._close(
            workspace_id, generation_id, lambda found: conclude(priced(self._tasks, found).images)
        )
        if not closed_now:
            raise GenerationClosed(f"Generation {generation_id} has already ended as {ended.status}.")
        try:
            self._workflow.stop(generation_id, "settled by an operator")
        except WorkflowUnavailable:
            # The generation has ended all the same: what the execution still does finds it closed.
            logger.warning("execution could not be stopped", extra={"generation_id": generation_id})
        return ended
