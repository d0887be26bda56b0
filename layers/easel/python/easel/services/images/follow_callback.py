"""Follow what a callback told: under a ticket of ours it named the job of an attempt.

When that attempt

- is open and has this job: the job is asked for now; where somebody is at it already, a moment later.
- is open without a job id (the callback came first, or the submit's answer was lost): the id is saved, then the same.
- ended with an unknown outcome, and nobody makes the image: it is opened again, so no second job is paid for.
- ended so, and another vendor is at work: the picture that comes first is used, the other one noted as surplus.
- ended so, and the image failed: the picture is kept beside, once the generation has ended.
- ended otherwise: the callback came twice, or late, and nothing follows.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Final

from easel.domain.attempt import Attempt
from easel.domain.generation import Generation
from easel.domain.image import Image, Stage
from easel.domain.provider import Running
from easel.errors import (
    ImagingUnavailable,
    ProviderError,
    ProviderErrorClass,
    SecretUnavailable,
    StaleWrite,
    StorageUnavailable,
)
from easel.services.images.attempt_ends import DELIVERED, own_failures
from easel.services.images.attempt_log import TRIES, close_attempt, kept_changing
from easel.services.images.collect_image import ASKING_AGAIN_HELPS, CollectImage
from easel.services.images.image_work import LATE_GRACE, ImageWork
from easel.services.images.receive_callback import Note
from easel.services.ports.image_tasks import ImageRef, ImageTask
from easel.services.ports.providers import JobHint

logger = logging.getLogger(__name__)

_A_MOMENT: Final = timedelta(seconds=5)
"""What a worker needs to take a picture in. A vendor that answers in line calls back at the same time."""
_LOOK_SECONDS: Final = (2, 5, 10, 30, 60)


class FollowCallback:
    """Has the named job looked at, safely however often, early or late it is told."""

    def __init__(self, *, work: ImageWork, collect: CollectImage, note: Note) -> None:
        self._work = work
        self._collect = collect
        self._note = note

    def __call__(self, ref: ImageRef, hint: JobHint) -> None:
        """Follow it once. Raises StaleWrite: others kept changing the journal; the message must come again."""
        for _ in range(TRIES):
            generation = self._work.generations.get(ref.workspace_id, ref.generation_id)
            task = self._work.tasks.get(ref)
            attempt = task.attempt(hint.attempt_id) if task else None
            if generation is None or task is None or attempt is None:
                logger.info("nothing is known of the attempt that a callback names")
                return
            try:
                self._follow(generation, task, attempt, hint)
            except StaleWrite:
                continue
            return
        raise kept_changing()

    def _follow(self, generation: Generation, task: ImageTask, attempt: Attempt, hint: JobHint) -> None:
        if attempt.job_id not in (None, hint.job_id):
            self._tell(attempt, hint, "other_job")
            logger.warning("a callback names another job", extra={"attempt_id": attempt.id, "job_id": hint.job_id})
        elif attempt.is_open:
            self._look(generation, task, attempt, hint)
        elif attempt.outcome == ProviderErrorClass.AMBIGUOUS:
            self._take_up(generation, task, attempt, hint)
        else:
            self._tell(attempt, hint, "duplicate")
            if attempt.outcome == DELIVERED and not generation.status.is_final:
                self._work.announce(generation.images[task.ref.index], task.task_token)

    def _look(self, generation: Generation, task: ImageTask, attempt: Attempt, hint: JobHint) -> None:
        """Ask for the job of the open attempt, unless a worker is just taking its picture in."""
        outcome = "genuine"
        if attempt.job_id is None:
            task, outcome = _changed(self._work.tasks.record_job(task, hint.job_id)), "early"
        self._tell(attempt, hint, outcome)
        if hint.looks == 0 and self._somebody_is_at_it(generation.images[task.ref.index], task):
            self._again(task.ref, hint, _A_MOMENT)
        else:
            self._collect.at_once(generation, task, attempt, hint.job_id)

    def _somebody_is_at_it(self, image: Image, task: ImageTask) -> bool:
        """Whether a worker seems to be between call and picture. Asking beside it would only double the work."""
        now = self._work.clock()
        if now >= task.lease_until or image.status.is_final:
            return False
        return image.stage is not Stage.GENERATING or (
            task.polls > 0 and now < task.lease_until - self._work.lease + _A_MOMENT
        )

    def _take_up(self, generation: Generation, task: ImageTask, attempt: Attempt, hint: JobHint) -> None:
        """The job of an attempt that was given up as unknown has been found."""
        image = generation.images[task.ref.index]
        open_still = not (generation.status.is_final or image.status.is_final)
        if open_still and task.open_attempt is None:
            task = _changed(self._work.tasks.reopen_attempt(task, attempt.id, hint.job_id))
            self._tell(attempt, hint, "found")
            self._collect.at_once(generation, task, _of(task, attempt), hint.job_id)
            return
        self._tell(attempt, hint, "found" if open_still else "late")
        if image.status.is_final and image.stored is None and not generation.status.is_final:
            # A late picture is attached to an ended generation, and this one waits for its other images.
            self._again_later(generation, task, hint)
        else:
            self._ask_beside(generation, task, attempt, hint)

    def _ask_beside(self, generation: Generation, task: ImageTask, attempt: Attempt, hint: JobHint) -> None:
        """Take the picture without being the open attempt: that is another one, or the image has ended."""
        known = replace(attempt, job_id=hint.job_id)
        try:
            with own_failures(attempt.provider):
                state = self._work.providers(attempt.provider).fetch(hint.job_id)
            if isinstance(state, Running):
                self._again_later(generation, task, hint)
            else:
                self._work.deliver(generation, task, known, state)
        except ProviderError as error:
            if error.from_vendor and error.error_class in ASKING_AGAIN_HELPS and not error.job_ended:
                self._again_later(generation, task, hint)
            else:
                ended = self._work.ended_in_vain(generation, task, known, error)
                close_attempt(self._work.tasks, task, attempt, ended)
        except (SecretUnavailable, StorageUnavailable, ImagingUnavailable):
            self._again_later(generation, task, hint)

    def _again_later(self, generation: Generation, task: ImageTask, hint: JobHint) -> None:
        if self._work.clock() > generation.image_deadline(task.attempts) + LATE_GRACE:
            logger.warning("job given up long after its deadline", extra={"job_id": hint.job_id})
            return
        self._again(task.ref, hint, timedelta(seconds=_LOOK_SECONDS[min(hint.looks, len(_LOOK_SECONDS) - 1)]))

    def _again(self, ref: ImageRef, hint: JobHint, delay: timedelta) -> None:
        self._work.queue.hint(ref, replace(hint, looks=hint.looks + 1), delay=delay)

    def _tell(self, attempt: Attempt, hint: JobHint, outcome: str) -> None:
        """Count a callback once, however often it is looked at."""
        if hint.looks == 0:
            self._note(attempt.provider, outcome)


def _changed(task: ImageTask | None) -> ImageTask:
    if task is None:
        raise StaleWrite("The image task changed since it was read.")
    return task


def _of(task: ImageTask, attempt: Attempt) -> Attempt:
    """The attempt as the task has it now."""
    return task.attempt(attempt.id) or attempt
