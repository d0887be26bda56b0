"""Ask a provider for a job that it has taken, until the job ends. The message may come twice or late."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from easel.domain.attempt import Attempt
from easel.domain.generation import Generation
from easel.domain.image import TIMED_OUT
from easel.domain.provider import Running
from easel.domain.routing import poll_delay
from easel.errors import (
    ImagingUnavailable,
    ProviderError,
    ProviderErrorClass,
    SecretUnavailable,
    StillLeased,
    StorageUnavailable,
)
from easel.services.images.attempt_ends import own_failures
from easel.services.images.image_work import LATE_GRACE, LONGEST_DELAY, ImageWork
from easel.services.ports.image_tasks import ImageRef, ImageTask

logger = logging.getLogger(__name__)

_POLL_SECONDS: Final = (1, 1, 2, 2, 3, 3, 5, 8)
_SAFETY_POLL_SECONDS: Final = (10, 20, 30)
"""Where the vendor calls back: polling only catches what a lost callback would leave behind."""
_LAG_SECONDS: Final = 2
"""A vendor may call back a moment before its own records say that the job has ended."""
_LATE_POLL_SECONDS: Final = 60

ASKING_AGAIN_HELPS: Final = frozenset({ProviderErrorClass.RETRYABLE, ProviderErrorClass.AMBIGUOUS})


class CollectImage:
    """Fetches what a job has made, safely however often it is called."""

    def __init__(self, *, work: ImageWork) -> None:
        self._work = work

    def __call__(self, ref: ImageRef, *, polls: int) -> None:
        """Ask once; `polls` counts the askings, this one included.

        Raises:
            StillLeased: a double of a message that is being worked on; it must come again, in case that worker dies.
        """
        generation = self._work.generations.get(ref.workspace_id, ref.generation_id)
        task = self._work.tasks.get(ref)
        if generation is None or task is None:
            logger.info("nothing is known of this image")
            return
        attempt = task.open_attempt
        if attempt is None:
            self._work.resume(generation, task)
        elif attempt.job_id is not None:
            delay = self._next_poll(generation, task, attempt, polls)
            self._poll(generation, task, attempt, attempt.job_id, polls, delay)

    def at_once(self, generation: Generation, task: ImageTask, attempt: Attempt, job_id: str) -> None:
        """Ask now, because a callback came. The number overtakes the message that is under way, so that is a double."""
        self._poll(generation, task, attempt, job_id, task.polls + 2, timedelta(seconds=_LAG_SECONDS))

    def _poll(
        self, generation: Generation, task: ImageTask, attempt: Attempt, job_id: str, polls: int, delay: timedelta
    ) -> None:
        now = self._work.clock()
        if now > generation.image_deadline(task.attempts) + LATE_GRACE:
            logger.warning("job given up long after its deadline", extra={"job_id": job_id})
            return
        leased = self._lease(task, polls, now)
        if leased is None:
            logger.info("a double of a message whose work goes on")
            return
        self._ask(generation, leased, attempt, job_id, polls, delay)

    def _lease(self, task: ImageTask, polls: int, now: datetime) -> ImageTask | None:
        if polls < task.polls:
            return None
        if polls == task.polls and now < task.lease_until:
            raise StillLeased("Another worker is asking for this job.")
        return self._work.tasks.begin_poll(task, polls, now + self._work.lease)

    def _ask(
        self,
        generation: Generation,
        task: ImageTask,
        attempt: Attempt,
        job_id: str,
        polls: int,
        delay: timedelta,
    ) -> None:
        try:
            with own_failures(attempt.provider):
                state = self._work.providers(attempt.provider).fetch(job_id)
            if isinstance(state, Running):
                self._still_running(generation, task, attempt, delay, polls)
                return
            self._work.deliver(generation, task, attempt, state)
        except ProviderError as error:
            if error.from_vendor and error.error_class in ASKING_AGAIN_HELPS and not error.job_ended:
                self._ask_again(generation, task, attempt, polls, delay, error.retry_after)
            else:
                self._work.attempt_failed(generation, task, attempt, error)
        except SecretUnavailable:
            logger.warning("the provider's key could not be read", extra={"provider": attempt.provider})
            self._ask_again(generation, task, attempt, polls, delay)
        except (StorageUnavailable, ImagingUnavailable):
            self._work.storage_failed(generation, task, attempt, polls)

    def _ask_again(
        self,
        generation: Generation,
        task: ImageTask,
        attempt: Attempt,
        polls: int,
        delay: timedelta,
        retry_after: float | None = None,
    ) -> None:
        """The job could not be asked for. It may well have ended: after its callback nobody would call again."""
        soon = min(delay, self._pause(generation, task, polls, _POLL_SECONDS))
        wait = min(poll_delay(retry_after, soon), LONGEST_DELAY)
        self._work.queue.collect(task.ref, provider=attempt.provider, delay=wait, polls=polls + 1)

    def _still_running(
        self, generation: Generation, task: ImageTask, attempt: Attempt, delay: timedelta, polls: int
    ) -> None:
        """Ask again, and at the deadline itself tell the customer; what comes later is kept beside."""
        image = generation.images[task.ref.index]
        left = generation.image_deadline(task.attempts) - self._work.clock()
        if left <= timedelta() and not (image.status.is_final or generation.status.is_final):
            self._work.fail(task.ref, image, TIMED_OUT, task.task_token, task)
        elif timedelta() < left < delay:
            delay = left
        self._work.queue.collect(task.ref, provider=attempt.provider, delay=delay, polls=polls + 1)

    def _next_poll(self, generation: Generation, task: ImageTask, attempt: Attempt, polls: int) -> timedelta:
        called_back = self._work.callbacks.expected_from(attempt.provider)
        return self._pause(generation, task, polls, _SAFETY_POLL_SECONDS if called_back else _POLL_SECONDS)

    def _pause(self, generation: Generation, task: ImageTask, polls: int, steps: tuple[int, ...]) -> timedelta:
        if generation.status.is_final or self._work.clock() > generation.image_deadline(task.attempts):
            return timedelta(seconds=_LATE_POLL_SECONDS)
        return timedelta(seconds=steps[min(polls, len(steps)) - 1])
