"""Poll a provider's job until it ends. The message may come twice or late."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from easel.clock import Clock
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
from easel.services.catalogue.choose_provider import ProviderRouting
from easel.services.images.after_error import AfterError
from easel.services.images.attempt_context import AttemptContext
from easel.services.images.attempt_ends import own_failures
from easel.services.images.deliver_image import DeliverImage
from easel.services.images.end_image import EndImage
from easel.services.images.leases import lease_of
from easel.services.images.polling import LATE_GRACE, LONGEST_DELAY
from easel.services.images.remove_late import RemoveLate
from easel.services.ports.generations import GenerationReader
from easel.services.ports.image_tasks import ImageRef, ImageTask, ImageTaskRepository
from easel.services.ports.messages import ImageQueue
from easel.services.ports.providers import CallbackAddresses, ImageProvider

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

    def __init__(
        self,
        *,
        routing: ProviderRouting,
        generations: GenerationReader,
        tasks: ImageTaskRepository,
        providers: Callable[[str], ImageProvider],
        callbacks: CallbackAddresses,
        queue: ImageQueue,
        deliver: DeliverImage,
        after_error: AfterError,
        end: EndImage,
        removal: RemoveLate,
        worker_seconds: int,
        clock: Clock,
    ) -> None:
        self._routing = routing
        self._generations = generations
        self._tasks = tasks
        self._providers = providers
        self._callbacks = callbacks
        self._queue = queue
        self._deliver = deliver
        self._after_error = after_error
        self._end = end
        self._removal = removal
        self._worker_seconds = worker_seconds
        self._clock = clock

    def __call__(self, ref: ImageRef, *, polls: int) -> None:
        """Poll once; `polls` counts the polls, this one included.

        Raises:
            StillLeased: a duplicate of a message that is being worked on; it must come again, in case that worker dies.
        """
        generation = self._generations.get(ref.workspace_id, ref.generation_id)
        task = self._tasks.get(ref)
        if generation is None or task is None:
            self._removal.of(ref)
            return
        attempt = task.open_attempt
        if attempt is None:
            if generation.images[ref.index].deleted_at is not None:
                self._removal.of(ref)
            self._after_error.resume(generation, task)
        elif attempt.job_id is not None:
            context = AttemptContext.of(self._routing, generation, task, attempt)
            self._poll(context, attempt.job_id, polls, self._next_poll(context, polls))

    def at_once(self, generation: Generation, task: ImageTask, attempt: Attempt, job_id: str) -> None:
        """Poll now, because a callback came. The message under way has a lower number and becomes a duplicate."""
        context = AttemptContext.of(self._routing, generation, task, attempt)
        self._poll(context, job_id, task.polls + 2, timedelta(seconds=_LAG_SECONDS))

    def _poll(self, context: AttemptContext, job_id: str, polls: int, delay: timedelta) -> None:
        now = self._clock()
        if now > context.deadline + LATE_GRACE:
            logger.warning("job given up long after its deadline", extra={"job_id": job_id})
            return
        leased = self._lease(context.task, polls, now)
        if leased is None:
            logger.info("a duplicate of a message that is worked on")
            return
        self._fetch(context.at(leased), job_id, polls, delay)

    def _lease(self, task: ImageTask, polls: int, now: datetime) -> ImageTask | None:
        if polls < task.polls:
            return None
        if polls == task.polls and now < task.lease_until:
            raise StillLeased("Another worker is polling this job.")
        return self._tasks.begin_poll(task, polls, now + lease_of(self._worker_seconds))

    def _fetch(self, context: AttemptContext, job_id: str, polls: int, delay: timedelta) -> None:
        provider = context.attempt.provider
        try:
            with own_failures(provider):
                state = self._providers(provider).fetch(job_id)
            if isinstance(state, Running):
                self._still_running(context, delay, polls)
                return
            self._deliver(context, state)
        except ProviderError as error:
            if error.from_vendor and error.error_class in ASKING_AGAIN_HELPS and not error.job_ended:
                self._poll_again(context, polls, delay, error.retry_after)
            else:
                self._after_error.attempt_failed(context, error)
        except SecretUnavailable:
            logger.warning("the provider's key could not be read", extra={"provider": provider})
            self._poll_again(context, polls, delay)
        except (StorageUnavailable, ImagingUnavailable):
            self._after_error.storage_failed(context, polls)

    def _poll_again(
        self, context: AttemptContext, polls: int, delay: timedelta, retry_after: float | None = None
    ) -> None:
        """The job could not be fetched. It may well have ended: after its callback there will be no other."""
        soon = min(delay, self._pause(context, polls, _POLL_SECONDS))
        wait = min(poll_delay(retry_after, soon), LONGEST_DELAY)
        self._queue.collect(context.ref, provider=context.attempt.provider, delay=wait, polls=polls + 1)

    def _still_running(self, context: AttemptContext, delay: timedelta, polls: int) -> None:
        """Poll again, and at the deadline itself end the image; a picture that comes later is kept."""
        task, left = context.task, context.deadline - self._clock()
        if left <= timedelta() and not context.has_ended:
            self._end.fail(task.ref, context.image, TIMED_OUT, task.task_token, task)
        elif timedelta() < left < delay:
            delay = left
        self._queue.collect(task.ref, provider=context.attempt.provider, delay=delay, polls=polls + 1)

    def _next_poll(self, context: AttemptContext, polls: int) -> timedelta:
        called_back = self._callbacks.expected_from(context.attempt.provider)
        return self._pause(context, polls, _SAFETY_POLL_SECONDS if called_back else _POLL_SECONDS)

    def _pause(self, context: AttemptContext, polls: int, steps: tuple[int, ...]) -> timedelta:
        if context.generation.status.is_final or self._clock() > context.deadline:
            return timedelta(seconds=_LATE_POLL_SECONDS)
        return timedelta(seconds=steps[min(polls, len(steps)) - 1])
