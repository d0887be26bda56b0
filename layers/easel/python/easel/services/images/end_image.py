"""End images without a picture, and report ends and progress."""

from __future__ import annotations

import logging
from dataclasses import replace

from easel.clock import Clock
from easel.domain.image import Failure, Image, Stage, Status
from easel.errors import DatabaseRefused, DatabaseUnavailable, StaleWrite
from easel.services.ports.generations import GenerationRepository
from easel.services.ports.image_tasks import ImageRef, ImageTask
from easel.services.ports.messages import Workflow
from easel.services.ports.transactions import UnitOfWork

logger = logging.getLogger(__name__)


class EndImage:
    """Ends an image as failed, and reports to the state machine how images ended."""

    def __init__(
        self, *, generations: GenerationRepository, unit_of_work: UnitOfWork, workflow: Workflow, clock: Clock
    ) -> None:
        self._generations = generations
        self._unit_of_work = unit_of_work
        self._workflow = workflow
        self._clock = clock

    def fail(self, ref: ImageRef, image: Image, failure: Failure, task_token: str, task: ImageTask | None) -> None:
        """End an image without a picture and report it to the state machine."""
        attempts = task.attempts if task else ()
        failed = replace(
            image, status=Status.FAILED, stage=None, failure=failure, attempts=attempts, completed_at=self._clock()
        )
        try:
            self._unit_of_work.commit(self._generations.image_outcome(ref, failed))
        except StaleWrite:
            logger.info("image had ended before")
        self._workflow.image_failed(task_token, failure)

    def report(self, image: Image, task_token: str) -> None:
        """Report again how an image ended: the first report may have been lost."""
        if image.status is Status.COMPLETED:
            self._workflow.image_delivered(task_token)
        elif image.status is Status.FAILED and image.failure:
            self._workflow.image_failed(task_token, image.failure)


def note_progress(generations: GenerationRepository, ref: ImageRef, stage: Stage) -> None:
    """Store how far an image is. Best effort: the work goes on when it cannot be stored."""
    try:
        generations.set_stage(ref, stage)
    except (DatabaseUnavailable, DatabaseRefused) as error:
        logger.warning("progress could not be stored", extra={"stage": stage.value, "code": error.code})
