"""Have a provider make one image. The message may come twice, late, or after its worker died."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Final

from easel.domain.generation import TIMED_OUT, Attempt, Failure, Generation, Image, Reference, Stage
from easel.domain.provider import Finished, ProviderTask, ReferenceImage, Submission
from easel.domain.routing import may_attempt
from easel.errors import (
    ImageRejected,
    ProviderError,
    ProviderErrorClass,
    ReferenceUnavailable,
    StaleWrite,
    StillLeased,
    StorageUnavailable,
)
from easel.ids import new_id
from easel.services.image_work import LEASE, WITHDRAWN, ImageWork
from easel.services.journal import note_job
from easel.services.ports import ImageRef, ImageTask, ReferenceCleaner, ReferenceFetcher

logger = logging.getLogger(__name__)

_CALL_SECONDS: Final = 100.0
"""The longest a provider call may take: shorter than the worker's own timeout, so that we hear of it."""


class RenderImage:
    """Writes the attempt, calls the provider, and takes the picture or notes the job."""

    def __init__(self, *, work: ImageWork, references: ReferenceFetcher, cleaner: ReferenceCleaner) -> None:
        self._work = work
        self._references = references
        self._cleaner = cleaner

    def __call__(self, ref: ImageRef, *, provider: str, task_token: str) -> None:
        """Render one image, unless it has ended or somebody else is at it."""
        generation = self._work.generations.get(ref.workspace_id, ref.generation_id)
        if generation is None or generation.status.is_final:
            logger.info("generation has ended; nothing to render")
            return
        image = generation.images[ref.index]
        if image.status.is_final:
            self._work.announce(image, task_token)
            return
        if self._work.clock() >= generation.deadline:
            self._work.fail(ref, image, TIMED_OUT, task_token, self._work.tasks.get(ref))
            return
        task = self._begin(generation, ref, provider, task_token)
        if task is not None:
            self._attempt(generation, image, task)

    def _begin(self, generation: Generation, ref: ImageRef, provider: str, task_token: str) -> ImageTask | None:
        """Write the attempt; None when there is nothing (more) to call for.

        Raises:
            StillLeased: another worker is at this image; this message must come again, in case that worker dies.
        """
        now = self._work.clock()
        candidate = self._work.candidate(generation, provider)
        attempt = Attempt(
            new_id(),
            provider,
            candidate.model,
            candidate.upstream_model(generation.mode),
            started_at=now,
            # Until we know better, it is one that we may have to pay for.
            cost_micro_usd=candidate.cost_micro_usd(generation.parameters.resolution),
            cost_uncertain=True,
        )
        task = self._work.tasks.claim(ref, task_token, attempt, now + LEASE)
        if task is not None:
            return task
        known = self._work.tasks.get(ref)
        if known is None:
            raise StaleWrite("The image task was there and is gone.")
        if known.open_attempt is not None:
            if now < known.lease_until:
                raise StillLeased("Another worker is at this image.")
            self._work.take_over(generation, known, known.open_attempt)
            return None
        if not may_attempt(provider, known.attempts):
            self._work.resume(generation, known)
            return None
        return self._work.tasks.begin_attempt(known, task_token, attempt, now + LEASE)

    def _attempt(self, generation: Generation, image: Image, task: ImageTask) -> None:
        attempt = task.attempts[-1]
        if not self._work.generations.set_stage(task.ref, Stage.SUBMITTED):
            # The last look before money is spent: cancelled meanwhile.
            self._work.tasks.end_attempt(task, self._free(attempt, outcome=WITHDRAWN))
            return
        try:
            references = tuple(self._reference(*numbered) for numbered in generation.references_of(image))
            submission = self._submit(generation, task.ref, attempt, references)
        except (ReferenceUnavailable, ImageRejected) as error:
            self._refuse_references(image, task, attempt, Failure(error.code, error.message))
        except ProviderError as error:
            self._work.attempt_failed(generation, task, attempt, error)
        else:
            self._take(generation, task, submission)

    def _reference(self, number: int, reference: Reference) -> ReferenceImage:
        """A reference picture as a vendor may see it."""
        fetched = self._references.fetch(reference.url)
        try:
            return self._cleaner.clean(fetched)
        except ImageRejected as error:
            raise ImageRejected(f"Reference picture {number}: {error.message}") from error

    def _submit(
        self, generation: Generation, ref: ImageRef, attempt: Attempt, references: tuple[ReferenceImage, ...]
    ) -> Submission:
        plan = self._work.plan(generation, generation.images[ref.index], attempt.provider)
        left = (generation.deadline - self._work.clock()).total_seconds()
        return self._work.providers(attempt.provider).submit(
            ProviderTask(
                attempt_id=attempt.id,
                upstream_model=attempt.upstream_model,
                mode=generation.mode,
                prompt=plan.prompt,
                parameters=plan.parameters,
                references=references,
                timeout_seconds=max(1.0, min(_CALL_SECONDS, left)),
                callback_url=self._work.callback_address(generation, ref, attempt),
            )
        )

    def _refuse_references(self, image: Image, task: ImageTask, attempt: Attempt, failure: Failure) -> None:
        ended = self._free(attempt, outcome=ProviderErrorClass.CALLER.value, error_code=failure.code)
        changed = self._work.tasks.end_attempt(task, ended)
        if changed is not None:
            self._work.fail(task.ref, image, failure, task.task_token, changed)

    def _free(self, attempt: Attempt, *, outcome: str, error_code: str | None = None) -> Attempt:
        """The end of an attempt whose call was never made."""
        return replace(
            attempt,
            ended_at=self._work.clock(),
            outcome=outcome,
            error_code=error_code,
            cost_micro_usd=0,
            cost_uncertain=False,
        )

    def _take(self, generation: Generation, task: ImageTask, submission: Submission) -> None:
        """Save the job id before anything else, then the picture if it came at once."""
        if submission.job_id is not None:
            noted = note_job(self._work.tasks, task, task.attempts[-1], submission.job_id)
            if noted is None:
                return
            task = noted
        attempt = task.attempts[-1]
        if not isinstance(submission.state, Finished):
            self._work.generations.set_stage(task.ref, Stage.GENERATING)
            pause = self._work.first_poll(attempt.provider, submission.state)
            self._work.queue.collect(task.ref, delay=pause, polls=1)
            return
        try:
            self._work.deliver(generation, task, attempt, submission.state)
        except ProviderError as error:
            if error.error_class is ProviderErrorClass.RETRYABLE and attempt.job_id and not error.job_ended:
                self._work.queue.collect(task.ref, delay=timedelta(seconds=error.retry_after or 1.0), polls=1)
            else:
                self._work.attempt_failed(generation, task, attempt, error)
        except StorageUnavailable:
            self._work.storage_failed(generation, task, attempt)
