"""Look after an image whose provider is at work, or whose worker may have died.

Two kinds of message come here. A poll (`polls` >= 1) belongs to a job and goes on until the job ends. A watch (`polls` 0)
was sent before the provider was called; it sleeps on while the lease is good and takes over when it is not.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from easel.domain.generation import Attempt, Generation
from easel.domain.provider import Running
from easel.errors import ProviderError, ProviderErrorClass, StorageUnavailable
from easel.services.image_work import DELIVERED, LATE_GRACE, WITHDRAWN, ImageWork, unknown_outcome
from easel.services.ports import ImageRef, ImageTask

logger = logging.getLogger(__name__)

_POLL_SECONDS: Final = (1, 1, 2, 2, 3, 3, 5, 8)
_LATE_POLL_SECONDS: Final = 60
_POLL_LEASE: Final = timedelta(seconds=60)
"""How far beyond the next poll a poller's promise reaches."""
_LONGEST_DELAY: Final = timedelta(minutes=15)


class CollectImage:
    """Fetches what a job has made, safely however often it is called."""

    def __init__(self, *, work: ImageWork) -> None:
        self._work = work

    def __call__(self, ref: ImageRef, *, polls: int) -> None:
        """Look after one image."""
        generation = self._work.generations.get(ref.workspace_id, ref.generation_id)
        task = self._work.tasks.get(ref)
        if generation is None or task is None:
            return
        attempt = task.open_attempt
        if attempt is None:
            self._nothing_open(generation, task)
        elif polls == 0 and self._work.clock() < task.lease_until:
            self._sleep_on(task)
        elif attempt.job_id is None:
            # The worker died around its call. Nobody knows whether the provider took the job.
            self._work.attempt_failed(
                generation, task, attempt, unknown_outcome(attempt.provider, "worker_lost")
            )
        else:
            self._poll(generation, task, attempt, attempt.job_id, max(polls, 1))

    def _sleep_on(self, task: ImageTask) -> None:
        left = task.lease_until - self._work.clock() + timedelta(seconds=1)
        self._work.queue.collect(task.ref, delay=min(left, _LONGEST_DELAY))

    def _nothing_open(self, generation: Generation, task: ImageTask) -> None:
        """Between attempts, or ended: make sure that what should follow did follow."""
        image = generation.images[task.ref.index]
        if generation.status.is_final:
            return
        if image.status.is_final:
            self._work.announce(image, task.task_token)
        elif self._work.clock() < task.lease_until:
            self._sleep_on(task)
        else:
            self._resume(generation, task, task.attempts[-1])

    def _resume(self, generation: Generation, task: ImageTask, last: Attempt) -> None:
        if last.outcome in {DELIVERED, WITHDRAWN}:
            return
        known = {error_class.value for error_class in ProviderErrorClass}
        error_class = ProviderErrorClass(last.outcome) if last.outcome in known else ProviderErrorClass.FAILED
        error = ProviderError("", provider=last.provider, error_class=error_class, provider_code=last.error_code)
        self._work.go_on(generation, task, error)

    def _poll(self, generation: Generation, task: ImageTask, attempt: Attempt, job_id: str, polls: int) -> None:
        now = self._work.clock()
        if now > generation.deadline + LATE_GRACE:
            logger.warning("job given up long after its deadline", extra={"job_id": job_id})
            return
        delay = _next_poll(generation, now, polls)
        leased = self._work.tasks.extend_lease(task, now + delay + _POLL_LEASE)
        if leased is None:
            logger.info("another poller is at this job")
            return
        try:
            state = self._work.providers(attempt.provider).fetch(job_id)
            if isinstance(state, Running):
                self._work.queue.collect(task.ref, delay=delay, polls=polls + 1)
                return
            self._work.deliver(generation, leased, attempt, state)
        except ProviderError as error:
            self._provider_failed(generation, leased, attempt, error, delay, polls)
        except StorageUnavailable:
            self._work.storage_failed(generation, leased, attempt)

    def _provider_failed(
        self,
        generation: Generation,
        task: ImageTask,
        attempt: Attempt,
        error: ProviderError,
        delay: timedelta,
        polls: int,
    ) -> None:
        asking_again_helps = error.error_class in {ProviderErrorClass.RETRYABLE, ProviderErrorClass.AMBIGUOUS}
        if asking_again_helps and not error.job_ended:
            wait = max(delay, timedelta(seconds=error.retry_after or 0))
            self._work.queue.collect(task.ref, delay=min(wait, _LONGEST_DELAY), polls=polls + 1)
            return
        self._work.attempt_failed(generation, task, attempt, error)


def _next_poll(generation: Generation, now: datetime, polls: int) -> timedelta:
    if generation.status.is_final or now > generation.deadline:
        return timedelta(seconds=_LATE_POLL_SECONDS)
    return timedelta(seconds=_POLL_SECONDS[min(polls, len(_POLL_SECONDS)) - 1])
