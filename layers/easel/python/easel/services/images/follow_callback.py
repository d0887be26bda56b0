"""Follow a callback: under a ticket of ours it named the job of an attempt.

When that attempt

- is open and has this job: the job is polled now; where a worker has it already, a moment later.
- is open without a job id (the callback came first, or the submit's response was lost): the id is saved, then the same.
- ended with an unknown outcome, and no worker makes the image: it is opened again, so no second job is paid for.
- ended so, and another vendor is at work: the picture that comes first is used, the other one noted as surplus.
- ended so, and the image failed: the picture is kept beside, once the generation has ended.
- ended otherwise: the callback came twice, or late, and nothing follows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from easel.clock import Clock
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
from easel.services.catalogue.choose_provider import ProviderRouting
from easel.services.images.after_error import AfterError
from easel.services.images.attempt_context import AttemptContext
from easel.services.images.attempt_ends import DELIVERED, own_failures
from easel.services.images.attempt_log import TRIES, close_attempt, kept_changing
from easel.services.images.collect_image import ASKING_AGAIN_HELPS, CollectImage
from easel.services.images.deliver_image import DeliverImage
from easel.services.images.end_image import EndImage
from easel.services.images.leases import lease_of
from easel.services.images.polling import LATE_GRACE
from easel.services.images.receive_callback import Note
from easel.services.images.remove_late import RemoveLate
from easel.services.ports.generations import GenerationReader
from easel.services.ports.image_tasks import ImageRef, ImageTask, ImageTaskRepository
from easel.services.ports.messages import ImageQueue
from easel.services.ports.providers import ImageProvider, JobHint

logger = logging.getLogger(__name__)

_A_MOMENT: Final = timedelta(seconds=5)
"""What a worker needs to take a picture in. A vendor that answers in line calls back at the same time."""
_LOOK_SECONDS: Final = (2, 5, 10, 30, 60)


class FollowCallback:
    """Has the named job looked at, safely however often, early or late it is named."""

    def __init__(
        self,
        *,
        routing: ProviderRouting,
        generations: GenerationReader,
        tasks: ImageTaskRepository,
        providers: Callable[[str], ImageProvider],
        queue: ImageQueue,
        collect: CollectImage,
        deliver: DeliverImage,
        after_error: AfterError,
        end: EndImage,
        removal: RemoveLate,
        note: Note,
        worker_seconds: int,
        clock: Clock,
    ) -> None:
        self._routing = routing
        self._generations = generations
        self._tasks = tasks
        self._providers = providers
        self._queue = queue
        self._collect = collect
        self._deliver = deliver
        self._after_error = after_error
        self._end = end
        self._removal = removal
        self._note = note
        self._worker_seconds = worker_seconds
        self._clock = clock

    def __call__(self, ref: ImageRef, hint: JobHint) -> None:
        """Follow it once. Raises StaleWrite: the attempt log kept changing; the message must come again."""
        for _ in range(TRIES):
            generation = self._generations.get(ref.workspace_id, ref.generation_id)
            task = self._tasks.get(ref)
            attempt = task.attempt(hint.attempt_id) if task else None
            if generation is None or task is None or attempt is None:
                if task is not None and generation is None:
                    self._removal.of(ref)
                logger.info("there is no attempt as a callback names it")
                return
            try:
                self._follow(generation, task, attempt, hint)
            except StaleWrite:
                continue
            return
        raise kept_changing()

    def _follow(self, generation: Generation, task: ImageTask, attempt: Attempt, hint: JobHint) -> None:
        if attempt.job_id not in (None, hint.job_id):
            self._count(attempt, hint, "other_job")
            logger.warning("a callback names another job", extra={"attempt_id": attempt.id, "job_id": hint.job_id})
        elif attempt.is_open:
            self._look(generation, task, attempt, hint)
        elif attempt.outcome == ProviderErrorClass.AMBIGUOUS:
            self._take_up(generation, task, attempt, hint)
        else:
            self._count(attempt, hint, "duplicate")
            if attempt.outcome == DELIVERED and not generation.status.is_final:
                self._end.report(generation.images[task.ref.index], task.task_token)

    def _look(self, generation: Generation, task: ImageTask, attempt: Attempt, hint: JobHint) -> None:
        """Poll the job of the open attempt, unless a worker is just taking its picture in."""
        outcome = "genuine"
        if attempt.job_id is None:
            task, outcome = _changed(self._tasks.record_job(task, hint.job_id)), "early"
        self._count(attempt, hint, outcome)
        if hint.looks == 0 and self._has_a_worker(generation.images[task.ref.index], task):
            self._again(task.ref, hint, _A_MOMENT)
        else:
            self._collect.at_once(generation, task, attempt, hint.job_id)

    def _has_a_worker(self, image: Image, task: ImageTask) -> bool:
        """Whether a worker seems to be between call and picture. Polling beside it would only double the work."""
        now = self._clock()
        if now >= task.lease_until or image.status.is_final:
            return False
        return image.stage is not Stage.GENERATING or (
            task.polls > 0 and now < task.lease_until - lease_of(self._worker_seconds) + _A_MOMENT
        )

    def _take_up(self, generation: Generation, task: ImageTask, attempt: Attempt, hint: JobHint) -> None:
        """The job of an attempt that was given up as unknown has been found."""
        image = generation.images[task.ref.index]
        still_open = not (generation.status.is_final or image.status.is_final)
        if still_open and task.open_attempt is None:
            task = _changed(self._tasks.reopen_attempt(task, attempt.id, hint.job_id))
            self._count(attempt, hint, "found")
            self._collect.at_once(generation, task, task.attempt(attempt.id) or attempt, hint.job_id)
            return
        self._count(attempt, hint, "found" if still_open else "late")
        if image.status.is_final and image.stored is None and not generation.status.is_final:
            # A late picture is attached to an ended generation, and this one waits for its other images.
            self._again_later(generation, task, hint)
        else:
            self._fetch_beside(generation, task, attempt, hint)

    def _fetch_beside(self, generation: Generation, task: ImageTask, attempt: Attempt, hint: JobHint) -> None:
        """Take the picture without being the open attempt: that is another one, or the image has ended."""
        with_job = replace(attempt, job_id=hint.job_id)
        context = AttemptContext.of(self._routing, generation, task, with_job)
        try:
            with own_failures(attempt.provider):
                state = self._providers(attempt.provider).fetch(hint.job_id)
            if isinstance(state, Running):
                self._again_later(generation, task, hint)
            else:
                self._deliver(context, state)
        except ProviderError as error:
            if error.from_vendor and error.error_class in ASKING_AGAIN_HELPS and not error.job_ended:
                self._again_later(generation, task, hint)
            else:
                close_attempt(self._tasks, task, attempt, self._after_error.ended(context, error))
        except (SecretUnavailable, StorageUnavailable, ImagingUnavailable):
            self._again_later(generation, task, hint)

    def _again_later(self, generation: Generation, task: ImageTask, hint: JobHint) -> None:
        if self._clock() > generation.image_deadline(task.attempts) + LATE_GRACE:
            logger.warning("job given up long after its deadline", extra={"job_id": hint.job_id})
            return
        self._again(task.ref, hint, timedelta(seconds=_LOOK_SECONDS[min(hint.looks, len(_LOOK_SECONDS) - 1)]))

    def _again(self, ref: ImageRef, hint: JobHint, delay: timedelta) -> None:
        self._queue.hint(ref, replace(hint, looks=hint.looks + 1), delay=delay)

    def _count(self, attempt: Attempt, hint: JobHint, outcome: str) -> None:
        """Count a callback once, however often it is looked at."""
        if hint.looks == 0:
            self._note(attempt.provider, outcome)


def _changed(task: ImageTask | None) -> ImageTask:
    if task is None:
        raise StaleWrite("The image task changed since it was read.")
    return task
