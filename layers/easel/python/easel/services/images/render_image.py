"""Have a provider make one image. The message may come twice, late, or after its worker died."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from easel.domain.attempt import Attempt
from easel.domain.catalogue import Candidate, plan_upstream
from easel.domain.generation import Generation
from easel.domain.image import TIMED_OUT, Failure, Image, Stage, timeout_failure
from easel.domain.provider import Finished, ProviderTask, ReferenceImage, Submission
from easel.domain.request import Reference
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
from easel.services.images.attempt_ends import WITHDRAWN, ended, own_failures, unavailable
from easel.services.images.attempt_log import close_attempt, note_job
from easel.services.images.image_work import LONGEST_DELAY, ImageWork
from easel.services.ports.generations import GenerationRepository
from easel.services.ports.image_tasks import ImageRef, ImageTask
from easel.services.ports.providers import ReferenceCleaner, ReferenceFetcher, ReferenceLender

logger = logging.getLogger(__name__)

_SHARE_FOR_REFERENCES: Final = 0.4
"""Of a worker's life: from then on no further reference picture is fetched."""
_BEFORE_THE_END: Final = 20.0
"""Seconds that a provider call ends before its worker must, so that we hear of it and can write it down."""


class RenderImage:
    """Writes the attempt, calls the provider, and takes the picture or notes the job."""

    def __init__(
        self, *, work: ImageWork, references: ReferenceFetcher, cleaner: ReferenceCleaner, lender: ReferenceLender
    ) -> None:
        self._work = work
        self._references = references
        self._cleaner = cleaner
        self._lender = lender

    def __call__(self, ref: ImageRef, *, provider: str, model: str, task_token: str) -> None:
        """Have `provider` make one image by its `model`, unless it has ended or somebody else is at it."""
        generation = self._work.generations.get(ref.workspace_id, ref.generation_id)
        if generation is None or generation.status.is_final:
            logger.info("generation has ended; nothing to render")
            return
        image = generation.images[ref.index]
        if image.status.is_final:
            self._work.announce(image, task_token)
            return
        if self._work.clock() >= generation.deadline:
            task = self._work.tasks.get(ref)
            self._work.fail(ref, image, timeout_failure(task.attempts if task else ()), task_token, task)
            return
        candidate = self._work.routes.candidate(generation.model, provider, model)
        task = self._begin(generation, image, ref, candidate, task_token)
        if task is not None:
            self._attempt(generation, image, task)

    def _begin(
        self, generation: Generation, image: Image, ref: ImageRef, candidate: Candidate, task_token: str
    ) -> ImageTask | None:
        """Write the attempt; None when there is nothing (more) to call for.

        Raises:
            StillLeased: another worker is at this image; this message must come again, in case that worker dies.
        """
        now = self._work.clock()
        plan = plan_upstream(candidate, generation.prompt_of(image), generation.parameters)
        attempt = Attempt(
            new_id(),
            candidate.provider,
            candidate.model,
            candidate.upstream_model(generation.mode),
            started_at=now,
            # Until we know better, it is one that we may have to pay for.
            cost_micro_usd=candidate.table_cost(plan.parameters),
            cost_uncertain=True,
        )
        admitted = self._work.routes.admits(ref.workspace_id, candidate)
        task = self._work.tasks.claim(ref, task_token, attempt, now + self._work.lease) if admitted else None
        if task is not None:
            return task
        known = self._work.tasks.get(ref)
        if known is None and admitted:
            raise StaleWrite("The image task was there and is gone.")
        if known is not None and known.open_attempt is not None:
            if now < known.lease_until:
                raise StillLeased("Another worker is at this image.")
            self._work.take_over(generation, known, known.open_attempt)
        elif known is not None and not may_attempt(candidate, known.attempts):
            self._work.resume(generation, known)
        elif known is not None and now >= generation.image_deadline(known.attempts):
            self._work.fail(ref, image, TIMED_OUT, task_token, known)
        elif known is None or not admitted:
            decision = self._work.routes.detour(generation, known.attempts if known else ())
            self._work.follow(ref, image, decision, task_token, known)
        else:
            return self._work.tasks.begin_attempt(known, task_token, attempt, now + self._work.lease)
        return None

    def _attempt(self, generation: Generation, image: Image, task: ImageTask) -> None:
        attempt = task.attempts[-1]
        call = _Call(self._work.generations, task.ref, attempt.id)
        try:
            with own_failures(attempt.provider, lambda: call.begun):
                references = self._cleaned_references(generation, image)
                submission = self._submit(generation, task, references, call)
        except _Withdrawn:
            close_attempt(self._work.tasks, task, attempt, ended(attempt, self._work.clock(), outcome=WITHDRAWN))
        except (ReferenceUnavailable, ImageRejected) as error:
            self._refuse_references(image, task, attempt, Failure(error.code, error.message))
        except ProviderError as error:
            self._work.attempt_failed(generation, task, attempt, error, called=call.begun)
        except EaselError as error:
            failure = unavailable(attempt.provider, error, called=call.begun)
            self._work.attempt_failed(generation, task, attempt, failure, called=call.begun)
        else:
            self._take(generation, task, submission)

    def _cleaned_references(self, generation: Generation, image: Image) -> tuple[ReferenceImage, ...]:
        """Raises ReferenceUnavailable when they hold this worker for too long together."""
        until = self._work.clock() + timedelta(seconds=self._work.worker_seconds * _SHARE_FOR_REFERENCES)
        cleaned = []
        for number, reference in generation.references_of(image):
            if self._work.clock() > until:
                raise ReferenceUnavailable("Fetching and checking the reference pictures took too long.")
            cleaned.append(self._reference(number, reference))
        return tuple(cleaned)

    def _reference(self, number: int, reference: Reference) -> ReferenceImage:
        """A reference picture as a vendor may see it."""
        fetched = self._references.fetch(reference.url)
        try:
            return self._cleaner.clean(fetched)
        except ImageRejected as error:
            raise ImageRejected(f"Reference picture {number}: {error.message}") from error

    def _submit(
        self,
        generation: Generation,
        task: ImageTask,
        references: tuple[ReferenceImage, ...],
        call: _Call,
    ) -> Submission:
        attempt = task.attempts[-1]
        plan = self._work.plan(generation, generation.images[task.ref.index], attempt)
        provider = self._work.providers(attempt.provider)
        if provider.reads_references:
            references = tuple(self._lender.lend(generation, reference) for reference in references)
        left = (generation.image_deadline(task.attempts) - self._work.clock()).total_seconds()
        return provider.submit(
            ProviderTask(
                attempt_id=attempt.id,
                upstream_model=attempt.upstream_model,
                mode=generation.mode,
                prompt=plan.prompt,
                parameters=plan.parameters,
                references=references,
                timeout_seconds=max(1.0, min(self._work.worker_seconds - _BEFORE_THE_END, left)),
                callback_url=self._work.callback_address(generation, task.ref, attempt),
                before_send=call.begin,
            )
        )

    def _refuse_references(self, image: Image, task: ImageTask, attempt: Attempt, failure: Failure) -> None:
        outcome = ProviderErrorClass.CALLER.value
        refused = ended(attempt, self._work.clock(), outcome=outcome, error_code=failure.code)
        changed = close_attempt(self._work.tasks, task, attempt, refused)
        if changed is not None:
            self._work.fail(task.ref, image, failure, task.task_token, changed)

    def _take(self, generation: Generation, task: ImageTask, submission: Submission) -> None:
        """Save the job id before anything else, then the picture if it came at once."""
        if submission.job_id is not None:
            noted = note_job(self._work.tasks, task, task.attempts[-1], submission.job_id)
            if noted is None:
                return
            task = noted
        attempt = task.attempts[-1]
        if not isinstance(submission.state, Finished):
            self._work.note_progress(task.ref, Stage.GENERATING)
            self._look_later(task, attempt, self._work.first_poll(attempt.provider, submission.state))
            return
        try:
            self._work.deliver(generation, task, attempt, submission.state)
        except ProviderError as error:
            if error.error_class is ProviderErrorClass.RETRYABLE and attempt.job_id and not error.job_ended:
                self._look_later(task, attempt, min(poll_delay(error.retry_after, timedelta(seconds=1)), LONGEST_DELAY))
            else:
                self._work.attempt_failed(generation, task, attempt, error)
        except (StorageUnavailable, ImagingUnavailable):
            self._work.storage_failed(generation, task, attempt)

    def _look_later(self, task: ImageTask, attempt: Attempt, delay: timedelta) -> None:
        self._work.queue.collect(task.ref, provider=attempt.provider, delay=delay, polls=1)


class _Withdrawn(EaselError):
    """The image or its generation has ended, so nothing is sent."""

    code = WITHDRAWN


class _Call:
    """Whether the request of an attempt may have left us. Until then the attempt is free, and nobody's fault but ours.

    It is written down before the request is sent, so that a worker's death after it is not taken for one before it.
    """

    def __init__(self, generations: GenerationRepository, ref: ImageRef, attempt_id: str) -> None:
        self._generations = generations
        self._ref = ref
        self._attempt_id = attempt_id
        self.begun = False

    def begin(self) -> None:
        """Right before the request. Raises _Withdrawn: it is the last look before money is spent."""
        if not self._generations.begin_call(self._ref, self._attempt_id):
            raise _Withdrawn("The image has ended.")
        self.begun = True
