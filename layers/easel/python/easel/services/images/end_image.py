"""End images without a picture, report ends, and count pictures that came after the end of their generation."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import replace

from easel.clock import Clock
from easel.domain.image import Failure, Image, Status
from easel.errors import StaleWrite
from easel.services.ports.generations import GenerationReader
from easel.services.ports.image_tasks import ImageRef, ImageTask, ImageTaskRepository
from easel.services.ports.messages import Workflow
from easel.services.ports.transactions import UnitOfWork
from easel.services.ports.usage import UsageSummaries

logger = logging.getLogger(__name__)


class EndImage:
    """Ends an image as failed, and reports to the state machine how images ended."""

    def __init__(
        self,
        *,
        generations: GenerationReader,
        tasks: ImageTaskRepository,
        summaries: UsageSummaries,
        unit_of_work: UnitOfWork,
        workflow: Workflow,
        clock: Clock,
    ) -> None:
        self._generations = generations
        self._tasks = tasks
        self._summaries = summaries
        self._unit_of_work = unit_of_work
        self._workflow = workflow
        self._clock = clock

    def fail(self, ref: ImageRef, image: Image, failure: Failure, task_token: str, task: ImageTask | None) -> None:
        """End an image without a picture and report it to the state machine."""
        attempts = task.attempts if task else ()
        failed = replace(
            image, status=Status.FAILED, stage=None, failure=failure, attempts=attempts, completed_at=self._clock()
        )
        if not self._tasks.fail(ref, failed):
            logger.info("image had ended before")
        self._workflow.image_failed(task_token, failure)

    def report(self, image: Image, task_token: str) -> None:
        """Report again how an image ended: the first report may have been lost."""
        if image.status is Status.COMPLETED:
            self._workflow.image_delivered(task_token)
        elif image.status is Status.FAILED and image.failure:
            self._workflow.image_failed(task_token, image.failure)

    def count_if_late(self, ref: ImageRef) -> bool:
        """Add a picture that came after the end of its generation to the usage sums, once. False: it is deleted.

        Whether it did is read after the picture was written: the generation may have been closed at the same moment.
        """
        generation = self._generations.get(ref.workspace_id, ref.generation_id)
        if generation is None:
            return False
        if generation.status.is_final and generation.images[ref.index].late:
            with suppress(StaleWrite):
                self._unit_of_work.commit(
                    self._tasks.counting_late(ref), *self._summaries.correcting(generation, ref.index)
                )
        return generation.images[ref.index].deleted_at is None
