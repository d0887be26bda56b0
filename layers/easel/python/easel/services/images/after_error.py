"""What follows when an attempt brought no picture: retry, another provider, or the end of the image."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from easel.clock import Clock
from easel.domain.attempt import Attempt
from easel.domain.catalogue import Cost
from easel.domain.generation import Generation
from easel.domain.image import Failure, Image
from easel.domain.routing import GiveUp, TryAgain, callback_wait
from easel.errors import ProviderError, ProviderErrorClass, StorageUnavailable
from easel.services.catalogue.choose_provider import ProviderRouting
from easel.services.images import attempt_ends
from easel.services.images.attempt_context import AttemptContext
from easel.services.images.attempt_log import close_attempt
from easel.services.images.end_image import EndImage
from easel.services.ports.image_tasks import ImageRef, ImageTask, ImageTaskRepository
from easel.services.ports.messages import ImageQueue
from easel.services.ports.providers import CallbackAddresses

STORAGE_FAILED: Final = Failure("storage_unavailable", "Failed to upload file", retryable=True)


class AfterError:
    """Closes attempts that failed and carries out what the routing rules say follows."""

    def __init__(
        self,
        *,
        routing: ProviderRouting,
        tasks: ImageTaskRepository,
        queue: ImageQueue,
        callbacks: CallbackAddresses,
        end: EndImage,
        clock: Clock,
    ) -> None:
        self._routing = routing
        self._tasks = tasks
        self._queue = queue
        self._callbacks = callbacks
        self._end = end
        self._clock = clock

    def attempt_failed(self, context: AttemptContext, error: ProviderError, *, called: bool = True) -> None:
        """Close the attempt and carry out what follows. `called`: its request may have left us."""
        changed = close_attempt(self._tasks, context.task, context.attempt, self.ended(context, error, called=called))
        if changed is None:
            return
        if error.from_vendor and context.candidate is not None:
            earlier = [attempt for attempt in context.task.attempts if attempt.id != context.attempt.id]
            self._routing.note_failure(context.generation.workspace_id, context.candidate, error, earlier)
        self._go_on(context.generation, changed, error)

    def ended(self, context: AttemptContext, error: ProviderError, *, called: bool = True) -> Attempt:
        """The attempt as an error ended it, with what it may have cost."""
        cost = attempt_ends.cost_of_failure(context.attempt, error, context.candidate, context.upstream, called=called)
        return attempt_ends.failed(context.attempt, self._clock(), error, cost)

    def storage_failed(self, context: AttemptContext, polls: int = 0) -> None:
        """The picture could not be stored: a job can be polled again, an inline picture is lost."""
        attempt, task = context.attempt, context.task
        if attempt.job_id is not None and self._clock() < context.deadline:
            self._queue.collect(task.ref, provider=attempt.provider, delay=timedelta(seconds=5), polls=polls + 1)
            return
        code = StorageUnavailable.code
        cost = Cost(attempt.cost_micro_usd, uncertain=True)
        ended = attempt_ends.ended(attempt, self._clock(), outcome=code, error_code=code, cost=cost)
        changed = close_attempt(self._tasks, task, attempt, ended)
        if changed is not None:
            self._end.fail(task.ref, context.image, STORAGE_FAILED, task.task_token, changed)

    def resume(self, generation: Generation, task: ImageTask) -> None:
        """The last attempt has ended, and its worker may have died before it did what follows: do it (again)."""
        image, last = generation.images[task.ref.index], task.attempts[-1]
        if image.late:
            self._end.count_if_late(task.ref)
        if image.status.is_final:
            self._end.report(image, task.task_token)
        elif last.outcome == StorageUnavailable.code:
            self._end.fail(task.ref, image, STORAGE_FAILED, task.task_token, task)
        elif last.outcome in {error_class.value for error_class in ProviderErrorClass}:
            error_class = ProviderErrorClass(last.outcome)
            self._go_on(
                generation,
                task,
                ProviderError("", provider=last.provider, error_class=error_class, provider_code=last.error_code),
            )

    def take_over(self, generation: Generation, task: ImageTask, attempt: Attempt) -> None:
        """The lease of an open attempt has expired: its worker is dead. Go on from what it stored."""
        if attempt.job_id is not None:
            self._queue.collect(task.ref, provider=attempt.provider, delay=timedelta(), polls=task.polls + 1)
        else:
            # If its request may have left us, it is unknown whether the provider took the job.
            called = task.called_attempt == attempt.id
            error = attempt_ends.worker_lost(attempt.provider, called=called)
            context = AttemptContext.of(self._routing, generation, task, attempt)
            self.attempt_failed(context, error, called=called)

    def carry_out(
        self, decision: TryAgain | GiveUp, ref: ImageRef, image: Image, task_token: str, task: ImageTask | None
    ) -> None:
        """Do what was decided about an image."""
        match decision:
            case TryAgain(candidate, delay):
                self._queue.render(ref, candidate=candidate, task_token=task_token, delay=delay)
            case GiveUp(failure):
                self._end.fail(ref, image, failure, task_token, task)

    def _go_on(self, generation: Generation, task: ImageTask, error: ProviderError) -> None:
        """Retry, here or elsewhere, or give the image up; a callback that may still come is waited for."""
        image = generation.images[task.ref.index]
        if generation.status.is_final or image.status.is_final:
            return
        if self._callbacks.expected_from(error.provider):
            deadline = generation.image_deadline(task.attempts)
            wait = callback_wait(error, task.attempts, now=self._clock(), deadline=deadline)
            if wait > timedelta():
                self._queue.collect(task.ref, provider=error.provider, delay=wait, polls=task.polls + 1)
                return
        decision = self._routing.after_failure(generation, task.attempts, error)
        self.carry_out(decision, task.ref, image, task.task_token, task)
