"""Have a provider make one image. The message may come twice, late, or after its worker died.

Each step is safe to repeat. Side effects come in this order, and a worker may die between any two of them:

    message held -> attempt written -> references prepared -> call noted -> provider called -> job id saved
    -> picture downloaded -> picture stored -> image ended -> state machine told

Holding the message makes the queue deliver it again soon after the lease of a dead worker has expired.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from easel.clock import Clock
from easel.domain.attempt import Attempt
from easel.domain.catalogue import Candidate
from easel.domain.generation import Generation
from easel.domain.image import TIMED_OUT, Failure, Image, timeout_failure
from easel.domain.provider import Finished, ProviderTask, Submission
from easel.domain.routing import may_attempt, poll_delay
from easel.errors import (
    EaselError,
    ImageRejected,
    ImagingUnavailable,
    ProviderError,
    ProviderErrorClass,
    ReferenceUnavailable,
    StaleWrite,
    StillLeased,
    StorageUnavailable,
)
from easel.ids import new_id
from easel.services.catalogue.choose_provider import ProviderRouting
from easel.services.images.after_error import AfterError
from easel.services.images.attempt_context import AttemptContext, plan_image
from easel.services.images.attempt_ends import WITHDRAWN, ended, own_failures, unavailable
from easel.services.images.attempt_log import close_attempt, note_job
from easel.services.images.deliver_image import DeliverImage
from easel.services.images.end_image import EndImage
from easel.services.images.leases import lease_of
from easel.services.images.polling import LATE_GRACE, LONGEST_DELAY, first_poll
from easel.services.images.remove_late import RemoveLate
from easel.services.ports.generations import GenerationReader
from easel.services.ports.image_tasks import ImageRef, ImageTask, ImageTaskRepository
from easel.services.ports.messages import ImageQueue
from easel.services.ports.providers import (
    CallbackAddresses,
    ImageProvider,
)
from easel.services.references.prepare_references import PreparedReference, PrepareReferences

logger = logging.getLogger(__name__)

_SHARE_FOR_REFERENCES: Final = 0.4
"""Of a worker's life: from then on no further reference picture is prepared."""
_BEFORE_THE_END: Final = 30.0
"""Seconds that a provider call ends before its worker must, so that we hear of it and can write it down.

The largest picture takes 2.5 seconds of a processor to finish, of which a worker of 512 MB has 0.29; and it is stored.
"""


class RenderImage:
    """Writes the attempt, calls the provider, and takes the picture or notes the job."""

    def __init__(
        self,
        *,
        routing: ProviderRouting,
        generations: GenerationReader,
        tasks: ImageTaskRepository,
        providers: Callable[[str], ImageProvider],
        prepare_references: PrepareReferences,
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
        self._prepare_references = prepare_references
        self._callbacks = callbacks
        self._queue = queue
        self._deliver = deliver
        self._after_error = after_error
        self._end = end
        self._removal = removal
        self._worker_seconds = worker_seconds
        self._clock = clock

    def __call__(self, ref: ImageRef, *, provider: str, model: str, task_token: str) -> None:
        """Have `provider` make one image by its `model`, unless it has ended or another worker has it."""
        generation = self._generations.get(ref.workspace_id, ref.generation_id)
        if generation is None:
            self._removal.of(ref)
            return
        image = generation.images[ref.index]
        if generation.status.is_final or image.status.is_final:
            self._repeat_the_end(generation, image, ref, task_token)
            return
        if self._clock() >= generation.deadline:
            task = self._tasks.get(ref)
            self._end.fail(ref, image, timeout_failure(task.attempts if task else ()), task_token, task)
            return
        try:
            candidate = self._routing.candidate(generation.model, provider, model)
        except ProviderError:
            # It has left the catalogue since the message was sent.
            task = self._earlier(ref, task_token)
            if task is None or not self._is_under_way(generation, task):
                self._detour(generation, image, ref, task_token, task)
            return
        context = self._begin(generation, image, ref, candidate, task_token)
        if context is not None:
            self._attempt(context)

    def _repeat_the_end(self, generation: Generation, image: Image, ref: ImageRef, task_token: str) -> None:
        """Do again what follows the end of an image: a worker may have died before it did."""
        if image.deleted_at is not None:
            self._removal.of(ref)
        if not generation.status.is_final:
            self._end.report(image, task_token)
            return
        logger.info("generation has ended; nothing to render")
        if image.late:
            self._end.count_if_late(ref)

    def _begin(
        self, generation: Generation, image: Image, ref: ImageRef, candidate: Candidate, task_token: str
    ) -> AttemptContext | None:
        """Write the attempt; None when there is nothing (more) to call for.

        Raises:
            StillLeased: another worker has this image; this message must come again, in case that worker dies.
        """
        plan = plan_image(candidate, generation, image)
        attempt = Attempt(
            new_id(),
            candidate.provider,
            candidate.model,
            candidate.upstream_model(generation.mode),
            started_at=self._clock(),
            # Until we know better, it is one that we may have to pay for.
            cost_micro_usd=candidate.table_cost(plan.parameters),
            cost_uncertain=True,
        )
        task = self._claim(generation, image, ref, candidate, attempt, task_token)
        if task is None:
            return None
        return AttemptContext(generation, task, task.attempts[-1], candidate, plan)

    def _claim(
        self,
        generation: Generation,
        image: Image,
        ref: ImageRef,
        candidate: Candidate,
        attempt: Attempt,
        task_token: str,
    ) -> ImageTask | None:
        now, lease_until = attempt.started_at, attempt.started_at + lease_of(self._worker_seconds)
        admitted = self._routing.admits(ref.workspace_id, candidate)
        task = self._tasks.claim(ref, task_token, attempt, lease_until) if admitted else None
        if task is not None:
            return task
        earlier = self._earlier(ref, task_token)
        if earlier is None and admitted:
            raise StaleWrite("The image task was there and is gone.")
        if earlier is not None and self._is_under_way(generation, earlier):
            return None
        if earlier is not None and not may_attempt(candidate, earlier.attempts):
            self._after_error.resume(generation, earlier)
        elif earlier is not None and now >= generation.image_deadline(earlier.attempts):
            self._end.fail(ref, image, TIMED_OUT, task_token, earlier)
        elif earlier is None or not admitted:
            self._detour(generation, image, ref, task_token, earlier)
        else:
            return self._tasks.begin_attempt(earlier, task_token, attempt, lease_until)
        return None

    def _is_under_way(self, generation: Generation, task: ImageTask) -> bool:
        """Whether an attempt is open; a dead worker's is taken over. Raises StillLeased when its worker may live."""
        if task.open_attempt is None:
            return False
        if self._clock() < task.lease_until:
            raise StillLeased("Another worker has this image.")
        self._after_error.take_over(generation, task, task.open_attempt)
        return True

    def _detour(
        self, generation: Generation, image: Image, ref: ImageRef, task_token: str, task: ImageTask | None
    ) -> None:
        """Ask another candidate, wait for this one, or give the image up."""
        decision = self._routing.detour(generation, task.attempts if task else ())
        self._after_error.carry_out(decision, ref, image, task_token, task)

    def _earlier(self, ref: ImageRef, task_token: str) -> ImageTask | None:
        """The task as it is, with the token of the message at hand: it is stored only once a call has begun."""
        earlier = self._tasks.get(ref)
        return replace(earlier, task_token=task_token) if earlier else None

    def _attempt(self, context: AttemptContext) -> None:
        provider = context.attempt.provider
        call = _Call(self._tasks, context.task, context.attempt.id)
        try:
            with own_failures(provider, lambda: call.begun):
                submission = self._submit(context, self._prepared_references(context.generation, context.image), call)
        except _Withdrawn:
            withdrawn = ended(context.attempt, self._clock(), outcome=WITHDRAWN)
            close_attempt(self._tasks, context.task, context.attempt, withdrawn)
        except (ReferenceUnavailable, ImageRejected) as error:
            self._refuse_references(context, Failure(error.code, error.message))
        except ProviderError as error:
            self._after_error.attempt_failed(context, error, called=call.begun)
        except EaselError as error:
            failure = unavailable(provider, error, called=call.begun)
            self._after_error.attempt_failed(context, failure, called=call.begun)
        else:
            self._take(context, submission)

    def _prepared_references(self, generation: Generation, image: Image) -> tuple[PreparedReference, ...]:
        """Raises ReferenceUnavailable when they hold this worker for too long together."""
        until = self._clock() + timedelta(seconds=self._worker_seconds * _SHARE_FOR_REFERENCES)
        return self._prepare_references(generation, image, until=until)

    def _submit(self, context: AttemptContext, references: tuple[PreparedReference, ...], call: _Call) -> Submission:
        generation, attempt = context.generation, context.attempt
        provider = self._providers(attempt.provider)
        images = tuple(reference.lent() if provider.reads_references else reference.read() for reference in references)
        left = (context.deadline - self._clock()).total_seconds()
        # The vendor may call back for as long as the job is polled.
        callback_url = self._callbacks.address(
            attempt.provider, context.ref, attempt.id, generation.deadline + LATE_GRACE
        )
        return provider.submit(
            ProviderTask(
                attempt_id=attempt.id,
                upstream_model=attempt.upstream_model,
                mode=generation.mode,
                prompt=context.prompt,
                parameters=context.upstream,
                references=images,
                timeout_seconds=max(1.0, min(self._worker_seconds - _BEFORE_THE_END, left)),
                callback_url=callback_url,
                before_send=call.begin,
            )
        )

    def _refuse_references(self, context: AttemptContext, failure: Failure) -> None:
        outcome = ProviderErrorClass.CALLER.value
        refused = ended(context.attempt, self._clock(), outcome=outcome, error_code=failure.code)
        changed = close_attempt(self._tasks, context.task, context.attempt, refused)
        if changed is not None:
            self._end.fail(context.ref, context.image, failure, context.task.task_token, changed)

    def _take(self, context: AttemptContext, submission: Submission) -> None:
        """Save the job id before anything else, then the picture if it came at once."""
        if submission.job_id is not None:
            running = not isinstance(submission.state, Finished)
            noted = note_job(self._tasks, context.task, context.attempt, submission.job_id, running=running)
            if noted is None:
                return
            context = context.at(noted)
        if not isinstance(submission.state, Finished):
            self._poll_later(context, first_poll(self._callbacks, context.attempt.provider, submission.state))
            return
        try:
            self._deliver(context, submission.state)
        except ProviderError as error:
            if error.error_class is ProviderErrorClass.RETRYABLE and context.attempt.job_id and not error.job_ended:
                self._poll_later(context, min(poll_delay(error.retry_after, timedelta(seconds=1)), LONGEST_DELAY))
            else:
                self._after_error.attempt_failed(context, error)
        except (StorageUnavailable, ImagingUnavailable):
            self._after_error.storage_failed(context)

    def _poll_later(self, context: AttemptContext, delay: timedelta) -> None:
        self._queue.collect(context.ref, provider=context.attempt.provider, delay=delay, polls=1)


class _Withdrawn(EaselError):
    """The image or its generation has ended, so nothing is sent."""

    code = WITHDRAWN


class _Call:
    """Whether the request of an attempt may have left us. Until then the attempt is free, and the fault is ours.

    It is written down before the request is sent, so that a worker's death after it is not taken for one before it.
    """

    def __init__(self, tasks: ImageTaskRepository, task: ImageTask, attempt_id: str) -> None:
        self._tasks = tasks
        self._task = task
        self._attempt_id = attempt_id
        self.begun = False

    def begin(self) -> None:
        """Right before the request. Raises _Withdrawn: it is the last look before money is spent."""
        if not self._tasks.begin_call(self._task, self._attempt_id):
            raise _Withdrawn("The image has ended.")
        self.begun = True
